package outreachtest

import (
	"fmt"
	"time"
)

func makeEvent(d draft, created time.Time) {
	d.put("name", pick(d.n, "message_opened", "message_delivered", "sequence_state_created", "prospect_stage_changed",
		"bounced_message", "message_clicked"))
	d.moment("eventAt", created)
	d.put("requestCity", pick(d.n, companies()...).city)
	d.put("requestDevice", pick(d.n, "desktop", "mobile"))
	d.put("mailingId", d.n%population()["mailing"]+1)
	d.link("mailing", "mailing")
	d.link("prospect", "prospect")
	d.link("user", "user")
}

func makeAudit(d draft, created time.Time) {
	_, _, email := seller(d.n % population()["user"])
	d.put("user", email)
	d.put("userId", d.n%population()["user"]+1)
	d.put("requestIp", fmt.Sprintf("192.0.2.%d", 1+d.n%250))
	d.moment("timestamp", created)
	d.put("eventName", pick(d.n, "login", "logout", "user_updated", "export_created"))
	d.put("orgId", "org_1001")
}

func makeAuditLog(d draft, created time.Time) {
	_, _, email := seller(d.n % population()["user"])
	d.put("action", pick(d.n, "create", "update", "delete", "login"))
	d.put("eventName", pick(d.n, "ProspectCreated", "SequenceUpdated", "TaskDeleted", "UserLoggedIn"))
	d.put("result", pick(d.n, "completed", "completed", "failed"))
	d.put("requestId", batchID("request", d.id))
	d.moment("timestamp", created)
	d.put("agent", map[string]any{"email": email, "ipAddress": fmt.Sprintf("192.0.2.%d", 1+d.n%250)})
	d.put("orgId", "org_1001")
}

func makeComplianceRequest(d draft, _ time.Time) {
	first, last := person(d.n + 700)
	d.put("requestType", "Delete")
	d.put("objectType", pick(d.n, "Prospect", "Recipient"))
	d.put("state", "done")
	d.put("uuid", batchID("request", d.id))
	d.put("batchComplianceRequestUuid", batchID("batch", d.id))
	d.put("pii", map[string]any{"email": address(first, last, "gone.example")})
	d.link("requester", "user")
}
