package jiratest

// What the sandbox lets in. None of it opens anything but a sandbox.
const (
	Email    = "alice@northwind.example" // of the administrator, who may do everything
	APIToken = "sandbox-jira-api-token"  // of Email: Basic email:token, for Cloud

	ReaderEmail    = "rita@northwind.example" // of somebody who may look at everything and change nothing
	ReaderAPIToken = "sandbox-jira-reader-token"

	PersonalAccessToken       = "sandbox-jira-personal-access-token" // of the administrator: Bearer, for Data Center
	ReaderPersonalAccessToken = "sandbox-jira-reader-access-token"
	Username                  = "alice" // of the administrator on Data Center: Basic username:password
	Password                  = "sandbox-jira-password"

	// CloudID is the site that OAuth tokens are for: /ex/jira/{CloudID}/rest/api/3/…
	CloudID             = "11223344-a1b2-3b33-c444-def123456789"
	AccessToken         = "sandbox-jira-access-token"   // of the administrator, with every scope; does not run out by itself
	ReadOnlyAccessToken = "sandbox-jira-readonly-token" // has only the scopes that begin with read:
	ExpiredAccessToken  = "sandbox-jira-expired-token"  // always answered as run out
	RefreshToken        = "sandbox-jira-refresh-token"  // the first one; each renewal gives the next
	AuthorizationCode   = "sandbox-jira-code"           // good for one grant, of any redirect_uri
	ClientID            = "sandbox-jira-client"         // of the application
	ClientSecret        = "sandbox-jira-client-secret"
)

// Projects. PROJ has a Scrum board, OPS a Kanban board, DEV none; DEV has a workflow of its own.
const (
	ProjectKey = "PROJ"
	ProjectID  = "10000"
	DevKey     = "DEV"
	DevID      = "10001"
	OpsKey     = "OPS"
	OpsID      = "10002"
)

// Issue types. Each project has its own: a type of another project is refused.
const (
	ProjEpic    = "10000"
	ProjStory   = "10001"
	ProjTask    = "10002"
	ProjSubtask = "10003"
	ProjBug     = "10004"
	DevEpic     = "10010"
	DevStory    = "10011"
	DevTask     = "10012"
	DevSubtask  = "10013"
	DevBug      = "10014" // wants FieldSeverity
	OpsTask     = "10022"
	OpsSubtask  = "10023"
)

// People, by account id; all but Former are active. All but Guest can be assigned.
const (
	AccountID = "5b10a2844c20165700ede21g" // Alice Berg, the administrator
	Bob       = "5b10ac8d82e05b22cc7d4ef5" // Bob Iversen
	Carla     = "5b10ac8d82e05b22cc7d4ef6" // Carla Mendes
	Reader    = "5b10ac8d82e05b22cc7d4ef7" // Rita Reed, who may change nothing
	Former    = "5b10ac8d82e05b22cc7d4ef8" // Frank Moss, who has left
	Guest     = "5b10ac8d82e05b22cc7d4ef9" // Gwen Idle, a customer
)

// Transitions. Those of PROJ are there in every status, but for ProjResolve, which wants a resolution and is there only
// In Progress. Those of DEV depend on the status: Backlog → start → In Progress → review → In Review → resolve → Done.
const (
	ProjToDo       = "11"
	ProjInProgress = "21"
	ProjDone       = "31"
	ProjResolve    = "41"
	DevStart       = "4"
	DevReview      = "5"
	DevBack        = "6"
	DevResolve     = "701" // wants a resolution
	DevReopen      = "3"
)

// Custom fields.
const (
	FieldStoryPoints = "customfield_10016" // number
	FieldSprint      = "customfield_10020" // id of a sprint; projects with a Scrum board only
	FieldSeverity    = "customfield_10030" // one option: Minor, Major or Critical
	FieldTeams       = "customfield_10031" // several options: Support, Finance, Logistics
	FieldContact     = "customfield_10032" // a user
	FieldGoLive      = "customfield_10033" // a date and time
	FieldSteps       = "customfield_10034" // rich text
	FieldReference   = "customfield_10035" // one line of text
)

// Issues of the seed that samples can name. All but EpicKey and DevKey's are tasks of PROJ in the status To Do.
const (
	IssueKey     = "PROJ-1" // has comments, a worklog, an attachment, watchers and a link
	IssueID      = "10101"
	EpicKey      = "PROJ-2" // an epic, parent of some
	LongKey      = "PROJ-3" // has 120 comments
	DeleteKey    = "PROJ-4" // nothing hangs on it
	SubtasksKey  = "PROJ-5" // has two subtasks
	DevIssueKey  = "DEV-1"  // a bug in the status Backlog
	DevReviewKey = "DEV-2"  // a task in the status In Review
)

// Further things of the seed.
const (
	CommentID      = "10301" // of IssueKey, by Alice
	WorklogID      = "10401" // of IssueKey
	AttachmentID   = "10501" // of IssueKey: a small text file
	LinkID         = "10601" // IssueKey blocks DevIssueKey
	VersionID      = "10201" // 1.0 of PROJ, released
	VersionNext    = "10202" // 1.1 of PROJ
	VersionName    = "1.0"
	ComponentID    = "10251" // API, of PROJ
	ComponentName  = "API"
	LinkTypeBlocks = "Blocks"
	ResolutionDone = "10000"
	ResolutionWont = "10001"
	PriorityMedium = "3"
)

// Boards and sprints.
const (
	ScrumBoard   = 1 // of PROJ
	KanbanBoard  = 2 // of OPS; it has no sprints
	ClosedSprint = 1
	ActiveSprint = 2
	FutureSprint = 3
)
