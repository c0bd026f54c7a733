package jira

import "github.com/patchbay/patchbay/operations"

// The ways to log in.
const (
	Basic               = "basic"                 // Jira Cloud: a person's address and API token
	PersonalAccessToken = "personal_access_token" // Jira Data Center
	OAuth2              = "oauth2"                // Jira Cloud, on behalf of a person
)

// Rights of an OAuth app, https://developer.atlassian.com/cloud/jira/platform/scopes-for-oauth-2-3LO-and-forge-apps/.
const (
	scopeRead          = "read:jira-work"
	scopeWrite         = "write:jira-work"
	scopeUser          = "read:jira-user"
	scopeManage        = "manage:jira-project"
	scopeBoards        = "read:board-scope:jira-software"
	scopeBoardProjects = "read:project:jira"
	scopeSprints       = "read:sprint:jira-software"
	scopeMoveIssues    = "write:sprint:jira-software"
	scopeOffline       = "offline_access"
)

func logins() []operations.Auth {
	return []operations.Auth{cloudLogin(), dataCenterLogin(), oauthLogin()}
}

func cloudLogin() operations.Auth {
	return operations.Auth{
		Name: Basic, Title: "Jira Cloud with an API token",
		Description: "A person's e-mail address and an API token of his, made at id.atlassian.com. All that is done is done in his name.",
		Fields: []operations.AuthField{
			{Name: "site_url", Title: "Site", Description: "https://acme.atlassian.net", Required: true},
			{Name: "email", Title: "E-mail address", Required: true},
			{Name: "api_token", Title: "API token", Secret: true, Required: true},
		},
		Basic: &operations.BasicAuth{User: "email", Password: "api_token"},
	}
}

func dataCenterLogin() operations.Auth {
	return operations.Auth{
		Name: PersonalAccessToken, Title: "Jira Data Center with a personal access token",
		Description: "A token made in a person's profile on a Jira that you run yourself, of version 8.14 or later.",
		Fields: []operations.AuthField{
			{Name: dataCenterField, Title: "Base URL", Description: "https://jira.example.org, or https://example.org/jira", Required: true},
			{Name: "token", Title: "Personal access token", Secret: true, Required: true},
		},
		Headers: []operations.AuthHeader{{Name: "Authorization", Value: "Bearer {token}"}},
		Origin:  "{" + dataCenterField + "}",
	}
}

func oauthLogin() operations.Auth {
	return operations.Auth{
		Name: OAuth2, Title: "Jira Cloud with OAuth 2.0 (3LO)",
		Description: "An app of yours at developer.atlassian.com, authorised by a person. Access tokens last an hour; with the optional " +
			"fields they are renewed by themselves.",
		Fields: []operations.AuthField{
			{Name: "cloud_id", Title: "Cloud id", Description: "of the site: see https://acme.atlassian.net/_edge/tenant_info", Required: true},
			{Name: "access_token", Title: "Access token", Secret: true, Required: true},
			{Name: "refresh_token", Title: "Refresh token", Description: "changes on every renewal", Secret: true},
			{Name: "client_id", Title: "Client id", Secret: true},
			{Name: "client_secret", Title: "Secret", Secret: true},
		},
		Headers: []operations.AuthHeader{{Name: "Authorization", Value: "Bearer {access_token}"}},
		OAuth2: &operations.OAuth2{
			AuthorizeURL: "https://auth.atlassian.com/authorize",
			TokenURL:     "https://auth.atlassian.com/oauth/token",
			Scopes: []string{
				scopeManage, scopeOffline, scopeBoards, scopeRead, scopeUser, scopeBoardProjects, scopeSprints, scopeWrite, scopeMoveIssues,
			},
		},
		Origin: "https://api.atlassian.com", BasePath: "/ex/jira/{cloud_id}",
	}
}
