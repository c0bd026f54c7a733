package slacktest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const locale = "en-GB"

// user is somebody in the workspace.
type user struct {
	id, handle, real, email, title string
	color                          string
	owner, admin                   bool
	guest, ultra                   bool // in several channels, in one
	bot, deleted                   bool
}

func (u *user) image(size int) string {
	return fmt.Sprintf("https://avatars.slack.example/%s-%d.png", strings.ToLower(u.id), size)
}

// show is a user as Slack describes it. The address takes a scope of its own.
func (u *user) show(withEmail, withLocale bool) record {
	first, last, _ := strings.Cut(u.real, " ")
	profile := record{
		"real_name": u.real, "real_name_normalized": u.real, "display_name": u.handle, "display_name_normalized": u.handle,
		"first_name": first, "last_name": last, "title": u.title, "phone": "", "skype": "", "fields": nil, "team": TeamID,
		"status_text": "", "status_emoji": "", "status_expiration": 0, "avatar_hash": "g" + strings.ToLower(u.id),
	}
	for _, size := range []int{24, 32, 48, 72, 192, 512} {
		profile[fmt.Sprintf("image_%d", size)] = u.image(size)
	}
	if withEmail && u.email != "" {
		profile["email"] = u.email
	}
	if u.id == BotUser {
		profile["bot_id"], profile["api_app_id"], profile["always_active"] = BotID, AppID, true
	}
	shown := record{
		"id": u.id, "team_id": TeamID, "name": u.handle, "deleted": u.deleted, "profile": profile, "is_bot": u.bot,
		"is_app_user": false, "updated": seedTime,
	}
	if u.deleted {
		return shown
	}
	maps.Copy(shown, record{
		"real_name": u.real, "color": u.color, "tz": "Europe/Copenhagen", "tz_label": "Central European Time", "tz_offset": 3600,
		"is_admin": u.admin || u.owner, "is_owner": u.owner, "is_primary_owner": u.owner, "is_restricted": u.guest || u.ultra,
		"is_ultra_restricted": u.ultra, "is_email_confirmed": u.email != "", "who_can_share_contact_card": "EVERYONE",
	})
	if withLocale {
		shown["locale"] = locale
	}
	return shown
}

func (c *call) showOne(u *user) record {
	return u.show(c.grant.has("users:read.email"), c.flag("include_locale", false))
}

// listUsers is users.list. Without a limit it gives all at once.
//
// Source: https://docs.slack.dev/reference/methods/users.list
func (c *call) listUsers() (record, error) {
	limit, err := c.limit(maxPage)
	if err != nil {
		return nil, err
	}
	page, next, err := paged(c, c.people, limit, itself)
	if err != nil {
		return nil, err
	}
	members := make([]record, len(page))
	for i, id := range page {
		members[i] = c.showOne(c.users[id])
	}
	return record{"members": members, "cache_ts": c.now.Unix(), "response_metadata": metadata(next)}, nil
}

// showUser is users.info, of one user or of several.
func (c *call) showUser() (record, error) {
	if ids := c.list("users"); len(ids) > 0 && c.text("user") == "" {
		shown := []record{}
		for _, id := range ids[:min(len(ids), maxPage)] {
			u := c.users[id]
			if u == nil {
				return nil, refuse("user_not_found")
			}
			shown = append(shown, c.showOne(u))
		}
		return record{"users": shown}, nil
	}
	u := c.users[c.text("user")]
	if u == nil {
		return nil, refuse("user_not_found")
	}
	return record{"user": c.showOne(u)}, nil
}

// lookupByEmail is users.lookupByEmail. It does not find who is deactivated.
func (c *call) lookupByEmail() (record, error) {
	if err := c.need("email"); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(c.people, func(id string) bool {
		u := c.users[id]
		return u.email != "" && !u.deleted && strings.EqualFold(u.email, c.text("email"))
	})
	if i < 0 {
		return nil, refuse("users_not_found")
	}
	return record{"user": c.showOne(c.users[c.people[i]])}, nil
}
