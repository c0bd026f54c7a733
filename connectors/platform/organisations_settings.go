package platform

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/patchbay/patchbay/operations"
)

const resourceOrganisation = "organisation"

func (d *desk) organisations() []operations.Operation {
	return []operations.Operation{d.getOrganisation(), d.updateOrganisation()}
}

// organisation is an organisation as operations give it.
type organisation struct {
	ID            string                     `json:"id" doc:"The organisation's id."`
	Name          string                     `json:"name" doc:"What it is called."`
	Workspace     string                     `json:"workspace" doc:"The workspace that it is."`
	Settings      map[string]json.RawMessage `json:"settings" doc:"What was given as settings. The hub does not look at it."`
	BusinessHours *businessHours             `json:"businessHours,omitempty" doc:"When it is at work; not there: round the clock."`
	Holidays      []holiday                  `json:"holidays" doc:"Its own holidays that are not over, in order."`
	identity
}

// showOrganisation reads the organisation whole, as it is now.
func (s *session) showOrganisation(ctx context.Context) (organisation, error) {
	row, err := s.readOrganisation(ctx)
	if err != nil {
		return organisation{}, err
	}
	shown := organisation{
		ID: row.UID, Name: row.Name, Workspace: row.Workspace, Settings: map[string]json.RawMessage{}, Holidays: []holiday{},
		identity: identity{Version: row.Version, CreatedAt: row.CreatedAt.time(), UpdatedAt: row.UpdatedAt.time()},
	}
	if err := json.Unmarshal([]byte(row.Settings), &shown.Settings); err != nil {
		return organisation{}, fmt.Errorf("decoding the organisation's settings: %w", err)
	}
	if shown.BusinessHours, err = parseHours(row.Schedule); err != nil {
		return organisation{}, err
	}
	holidays, err := s.ownHolidays(ctx)
	for i := range holidays {
		shown.Holidays = append(shown.Holidays, holidays[i].showHoliday())
	}
	return shown, err
}

func (s *session) readOrganisation(ctx context.Context) (*organisationRow, error) {
	row := &organisationRow{}
	if err := s.selectFrom(row).Where("t.pk = ?", s.org).Scan(ctx); err != nil {
		return nil, fmt.Errorf("reading the organisation: %w", err)
	}
	return row, nil
}

// ownHolidays are the organisation's own, without those that are over.
func (s *session) ownHolidays(ctx context.Context) ([]absenceRow, error) {
	end := time.Date(lastYear+2, 1, 1, 0, 0, 0, 0, time.UTC)
	return s.absences(ctx, absentOwner{ownerOrganisation, s.org}, s.now(), end)
}

type getOrganisationInput struct{}

func (d *desk) getOrganisation() operations.Operation {
	return operation(d, operations.Spec{
		Name: "get_organisation", Identifier: "organizations:get-organisation-platform", Title: "Get organisation", Resource: resourceOrganisation,
		Description: "Reads the organisation that the workspace is, with its business hours and the holidays to come.", Effect: operations.EffectRead,
		Sample: operations.NewSample(`{}`, sampleOrganisation),
	}, func(ctx context.Context, s *session, _ getOrganisationInput) (organisation, error) {
		return s.showOrganisation(ctx)
	})
}

const sampleOrganisation = `{"id":"01KE6N9Q2M0000000000000000","name":"Default","workspace":"default","settings":{"language":"en"},
	"businessHours":{"timeZone":"Europe/Berlin","hours":[{"days":["monday","tuesday","wednesday","thursday","friday"],"from":"09:00","to":"17:00"}]},
	"holidays":[` + sampleHoliday + `],"version":2,"createdAt":"2026-01-05T09:00:00Z","updatedAt":"2026-01-05T09:00:00Z"}`

type updateOrganisationInput struct {
	Name          *string                    `json:"name,omitempty" doc:"What it is called." minLength:"1" maxLength:"200" pattern:"\\S"`
	Settings      map[string]json.RawMessage `json:"settings,omitempty" doc:"Anything you want to keep with it, in place of what there is. 64 KiB at most."`
	BusinessHours *businessHours             `json:"businessHours,omitempty" doc:"When it is at work; null: round the clock. Teams and users may have hours of their own." nullable:"true"`
	Holidays      []holidayDays              `json:"holidays,omitempty" doc:"Its own holidays to come, in place of those there are; create_holiday adds one." maxItems:"200"`
	versioned
}

// maxSettings bounds the settings of an organisation in bytes.
const maxSettings = 64 << 10

func (d *desk) updateOrganisation() operations.Operation {
	return operation(d, operations.Spec{
		Name: "update_organisation", Identifier: "organizations:update-organisation-platform", Title: "Update organisation", Resource: resourceOrganisation,
		Description: "Changes what is given of the organisation; the rest stays. Holidays that are over stay as well.", Effect: operations.EffectWrite,
		Sample: operations.NewSample(`{"settings":{"language":"en"},"holidays":[{"name":"Christmas","firstDay":"2026-12-25","lastDay":"2026-12-26"}],
			"businessHours":{"timeZone":"Europe/Berlin","hours":[{"days":["monday","tuesday","wednesday","thursday","friday"],"from":"09:00","to":"17:00"}]}}`,
			sampleOrganisation),
	}, func(ctx context.Context, s *session, in updateOrganisationInput) (organisation, error) {
		e, holidays, err := s.organisationEdits(in)
		if err != nil {
			return organisation{}, err
		}
		return write(ctx, s, func(ctx context.Context, w *session) (organisation, error) {
			if err := w.editOrganisation(ctx, in.versioned, e, holidays); err != nil {
				return organisation{}, err
			}
			return w.showOrganisation(ctx)
		})
	})
}

// organisationEdits makes the changes that an update asks for. No holidays, as against an empty list, stay as they are.
func (s *session) organisationEdits(in updateOrganisationInput) (edits[organisationRow], []absenceRow, error) {
	var f faults
	var e edits[organisationRow]
	if in.Name != nil {
		set(&e, "name", "name", func(r *organisationRow) *string { return &r.Name }, clean(*in.Name))
	}
	if in.Settings != nil {
		text, err := json.Marshal(in.Settings)
		if err != nil {
			return nil, nil, fmt.Errorf("encoding settings: %w", err)
		}
		if len(text) > maxSettings {
			f.add("/settings", "holds more than %d bytes", maxSettings)
		}
		set(&e, "settings", "settings", func(r *organisationRow) *jsonText { return &r.Settings }, jsonText(text))
	}
	if s.given("businessHours") {
		text, err := hoursText(&f, "/businessHours", in.BusinessHours)
		if err != nil {
			return nil, nil, err
		}
		set(&e, "businessHours", "schedule", func(r *organisationRow) *jsonText { return &r.Schedule }, text)
	}
	if in.Holidays == nil {
		return e, nil, f.err()
	}
	holidays := make([]absenceRow, len(in.Holidays))
	for i, days := range in.Holidays {
		holidays[i] = *days.row(&f, fmt.Sprintf("/holidays/%d", i), absentOwner{ownerOrganisation, s.org})
	}
	return e, holidays, f.err()
}

func (s *session) editOrganisation(ctx context.Context, known versioned, e edits[organisationRow], holidays []absenceRow) error {
	row, err := s.readOrganisation(ctx)
	if err != nil {
		return err
	}
	if err := known.check("organisation", &record{Version: row.Version}); err != nil {
		return err
	}
	columns, changed := e.apply(row)
	if holidays != nil {
		different, err := s.replaceHolidays(ctx, holidays)
		if err != nil {
			return err
		}
		if different {
			changed = append(changed, "holidays")
		}
	}
	if len(changed) == 0 {
		return nil
	}
	row.Version++
	row.UpdatedAt = s.book.Clock
	_, err = s.db.NewUpdate().Conn(s.conn).Model(row).Column(append(columns, "version", "updated_at")...).Where("pk = ?", s.org).Exec(ctx)
	if err != nil {
		return fmt.Errorf("changing the organisation: %w", err)
	}
	return s.append(ctx, "organisation.updated", resourceOrganisation, row.UID, settingEvent{row.UID, row.Version, row.Name, changed})
}

// replaceHolidays makes the organisation's holidays to come those that are wanted, and tells whether that changed
// anything. One that is there already stays the same.
func (s *session) replaceHolidays(ctx context.Context, wanted []absenceRow) (bool, error) {
	has, err := s.ownHolidays(ctx)
	if err != nil {
		return false, err
	}
	changed := false
	for i := range has {
		same := func(w absenceRow) bool {
			return cmp.Or(cmp.Compare(w.Name, has[i].Name), cmp.Compare(w.FirstDay, has[i].FirstDay), cmp.Compare(w.LastDay, has[i].LastDay)) == 0
		}
		if at := slices.IndexFunc(wanted, same); at >= 0 {
			wanted = slices.Delete(slices.Clone(wanted), at, at+1)
			continue
		}
		changed = true
		if err := remove(ctx, s, &has[i]); err != nil {
			return false, err
		}
		if err := s.absenceChanged(ctx, "deleted", &has[i], ""); err != nil {
			return false, err
		}
	}
	for i := range wanted {
		changed = true
		if err := s.storeAbsence(ctx, &wanted[i]); err != nil {
			return false, err
		}
		if err := s.absenceChanged(ctx, "created", &wanted[i], ""); err != nil {
			return false, err
		}
	}
	return changed, nil
}
