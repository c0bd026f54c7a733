package operations

import "testing"

func TestBaseRoot(t *testing.T) {
	t.Parallel()
	connector := Connector{Name: "crm", Origin: "https://api.crm.example", BasePath: "/api/v2"}
	for _, c := range []struct{ name, override, want string }{
		{"the vendor's origin", "", "https://api.crm.example/oauth/token"},
		{"another origin", "http://127.0.0.1:8080", "http://127.0.0.1:8080/oauth/token"},
		{"with a prefix", "http://127.0.0.1:8080/sandbox/crm/", "http://127.0.0.1:8080/sandbox/crm/oauth/token"},
		{"with a prefix and the base path", "http://127.0.0.1:8080/crm/api/v2", "http://127.0.0.1:8080/crm/oauth/token"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			base, err := NewBase(connector, c.override, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := base.Root("/oauth/token"); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
