package platform

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // a container may have no time zones of its own

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

// zoneNames are the time zones that a drop-down offers: those of the tz database's zone.tab, and UTC.
// See https://data.iana.org/time-zones/tzdb/zone.tab.
//
//go:embed time_zones.txt
var zoneNames string

// zoneNamed finds a time zone by its IANA name. What the machine calls local is not one, nor is what else lies where a
// machine keeps its zones, such as localtime or posix/UTC.
func zoneNamed(name string) (*time.Location, error) {
	if name == "" || name == "Local" || len(name) > 64 || name[0] < 'A' || name[0] > 'Z' {
		return nil, fmt.Errorf("%.64q is no time zone", name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("looking for a time zone: %w", err)
	}
	return zone, nil
}

func (d *desk) timeZones() []operations.Operation {
	return []operations.Operation{d.listTimeZonesDDL()}
}

type listTimeZonesInput struct{ ddl.Input }

func (d *desk) listTimeZonesDDL() operations.Operation {
	spec := native(operations.Spec{
		Name: "list_time_zones_ddl", Title: "Time zones", Resource: "time_zone",
		Description: "Lists the time zones of the world by their IANA names.",
		Sample:      operations.NewSample(`{"search":"berlin"}`, `{"result":[{"text":"Europe/Berlin","value":"Europe/Berlin"}]}`),
	})
	return ddl.Whole(spec, func(context.Context, *operations.Call, listTimeZonesInput) ([]ddl.Option, bool, error) {
		var options []ddl.Option
		for name := range strings.FieldsSeq(zoneNames) {
			options = append(options, ddl.Option{Text: strings.ReplaceAll(name, "_", " "), Value: name})
		}
		return options, false, nil
	})
}
