package credentials_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/patchbay/patchbay/internal/credentials"
	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "patchbay")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	db, err := store.Open(ctx, dir)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	key, _, generated, err := credentials.LoadMasterKey(credentials.MasterKeyOptions{DataDir: dir})
	if err != nil {
		log.Fatal(err)
	}
	catalogue, err := operations.NewCatalogue([]operations.Connector{{
		Name: "desk", Title: "Desk", Origin: "https://desk.example",
		Auth: []operations.Auth{{
			Name:    "token",
			Fields:  []operations.AuthField{{Name: "token", Secret: true, Required: true}},
			Headers: []operations.AuthHeader{{Name: "Authorization", Value: "Bearer {token}"}},
		}},
	}})
	if err != nil {
		log.Fatal(err)
	}
	vault, err := credentials.New(ctx, credentials.Options{Store: db, MasterKey: key, Catalogue: catalogue})
	if err != nil {
		log.Fatal(err)
	}

	_, err = vault.Create(ctx, store.DefaultWorkspace, credentials.Draft{Connector: "desk"})
	fmt.Println(err)
	made, err := vault.Create(ctx, store.DefaultWorkspace, credentials.Draft{
		ID: "support", Connector: "desk", Secrets: map[string]string{"token": "hidden"},
	})
	fmt.Println(generated, made.ID, made.Name, made.Secrets, err)
	opened, err := vault.Open(ctx, store.DefaultWorkspace, "support")
	fmt.Println(opened.Secrets, len(opened.Secrets["token"]), err)
	// Output:
	// invalid_input: the credential does not fit the connector: /secrets/token is required
	// true support Desk [token] <nil>
	// token:[redacted] 6 <nil>
}
