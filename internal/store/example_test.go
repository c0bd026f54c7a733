package store_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations/execute"
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

	key, secret, err := db.CreateKey(ctx, store.DefaultWorkspace, "Intranet", execute.RoleBuilder)
	if err != nil {
		log.Fatal(err)
	}
	caller, err := db.Authenticate(ctx, secret)
	fmt.Println(caller.Name, caller.Role, err)
	if err := db.RevokeKey(ctx, store.DefaultWorkspace, key.ID); err != nil {
		log.Fatal(err)
	}
	_, err = db.Authenticate(ctx, secret)
	fmt.Println(err)
	// Output:
	// Intranet builder <nil>
	// unauthenticated: the API key is not valid; check it, or ask an admin for a new one
}
