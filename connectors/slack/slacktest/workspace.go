package slacktest

import (
	"slices"
	"strings"
	"sync"
)

// group is a user group.
type group struct {
	id, handle, name, about string
	users                   []string
	disabled                bool
}

// listGroups is usergroups.list.
//
// Source: https://docs.slack.dev/reference/methods/usergroups.list
func (c *call) listGroups() (record, error) {
	shown := []record{}
	for _, g := range c.groups {
		if g.disabled && !c.flag("include_disabled", false) {
			continue
		}
		one := g.show()
		if c.flag("include_users", false) {
			one["users"] = g.users
		}
		if c.flag("include_count", false) {
			one["user_count"] = len(g.users)
		}
		shown = append(shown, one)
	}
	return record{"usergroups": shown}, nil
}

func (g *group) show() record {
	deleted := 0
	if g.disabled {
		deleted = seedTime
	}
	return record{
		"id": g.id, "team_id": TeamID, "is_usergroup": true, "is_subteam": true, "name": g.name, "description": g.about,
		"handle": g.handle, "is_external": false, "date_create": seedTime, "date_update": seedTime, "date_delete": deleted,
		"auto_type": nil, "auto_provision": false, "enterprise_subteam_id": "", "created_by": OwnerUser,
		"updated_by": OwnerUser, "deleted_by": nil, "prefs": record{"channels": []string{}, "groups": []string{}},
	}
}

// listGroupUsers is usergroups.users.list.
func (c *call) listGroupUsers() (record, error) {
	if err := c.need("usergroup"); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(c.groups, func(g *group) bool { return g.id == c.text("usergroup") })
	if i < 0 || c.groups[i].disabled && !c.flag("include_disabled", false) {
		return nil, refuse("no_such_subteam")
	}
	return record{"users": c.groups[i].users}, nil
}

// listEmoji is emoji.list: the workspace's own.
func (c *call) listEmoji() (record, error) {
	return record{"emoji": c.emoji, "cache_ts": stampOf(c.now)}, nil
}

// showTeam is team.info.
func (c *call) showTeam() (record, error) {
	if team := c.text("team"); team != "" && team != TeamID {
		return nil, refuse("team_not_found")
	}
	icon := record{"image_default": true}
	for _, size := range []string{"34", "44", "68", "88", "102", "132"} {
		icon["image_"+size] = "https://avatars.slack.example/team-" + size + ".png"
	}
	return record{"team": record{
		"id": TeamID, "name": TeamName, "url": TeamURL, "domain": "northwind", "email_domain": "northwind.example",
		"icon": icon, "avatar_base_url": "https://avatars.slack.example/",
	}}, nil
}

// standardEmoji are names of emoji that every workspace has: the common ones, not all.
var standardEmoji = sync.OnceValue(func() []string {
	return strings.Fields(`
+1 -1 100 1234 8ball a ab abc accept airplane alarm_clock alien ambulance anchor angel anger angry anguished ant apple
arrow_backward arrow_down arrow_forward arrow_left arrow_right arrow_up art astonished athletic_shoe atm baby back bacon
balloon ballot_box_with_check banana bangbang bank bar_chart baseball basketball bath battery beach_with_umbrella bear bee
beer beers beetle beginner bell bento bicyclist bike bird birthday black_circle blossom blue_book blue_heart blush boat
bomb book bookmark books boom bouquet bow bowling boy brain bread briefcase broken_heart broom bug bulb bullettrain_side bus
butterfly cactus cake calendar call_me_hand calling camel camera candle candy car card_index cat chart_with_downwards_trend
chart_with_upwards_trend checkered_flag cheese_wedge cherries chicken chocolate_bar christmas_tree cinema circus_tent
clap clapper clipboard clock1 closed_book closed_lock_with_key cloud clown_face cocktail coffee cold_sweat comet compass
computer confetti_ball confounded confused congratulations construction construction_worker cookie cool cop copyright corn
cow credit_card crescent_moon crossed_fingers crown cry crystal_ball cupid curly_loop customs dancer dancers dart dash date
deciduous_tree desert desktop_computer diamonds dice disappointed dizzy dizzy_face dog dollar dolphin donut door dove dragon
dress dromedary_camel droplet duck ear earth_africa earth_americas earth_asia egg eight elephant email envelope euro
evergreen_tree exclamation expressionless eye eyeglasses eyes face_palm facepunch factory fallen_leaf family fast_forward
fax fearful feet fire fire_engine fireworks first_place_medal fish fist five flag-dk flag-gb flag-us flashlight
floppy_disk flushed folded_hands football footprints fork_and_knife four fox_face fries frog full_moon game_die gear gem
ghost gift girl globe_with_meridians goat golf grapes green_apple green_book green_heart grey_exclamation grey_question
grimacing grin grinning guitar hamburger hammer hammer_and_wrench hand handshake hatching_chick headphones hear_no_evil
heart heart_eyes heartbeat heavy_check_mark heavy_minus_sign heavy_plus_sign herb hibiscus hole honey_pot horse hospital
hot_pepper hotdog hotel hourglass hourglass_flowing_sand house hugging_face hushed ice_cream icecream imp inbox_tray
information_source innocent interrobang iphone jack_o_lantern joy joystick kangaroo key keyboard kiss knife koala label
large_blue_circle large_green_circle large_orange_circle large_purple_circle large_red_square large_yellow_circle
laughing leaves ledger lemon leopard level_slider light_bulb link lion_face lipstick lock lollipop loop loud_sound loudspeaker
love_letter low_brightness lying_face mag mag_right magnet mailbox man man-shrugging maple_leaf mask massage medal mega
melon memo microphone microscope milky_way minibus money_mouth_face money_with_wings moneybag monkey monkey_face moon
mortar_board mountain mouse movie_camera muscle mushroom musical_note mute nail_care nerd_face neutral_face new newspaper
nine no_entry no_entry_sign no_good no_mouth nose notebook notes nut_and_bolt o octagonal_sign octopus office ok ok_hand old_key
older_man on one open_book open_file_folder open_hands open_mouth orange_book orange_heart outbox_tray owl ox package
page_facing_up palm_tree panda_face paperclip parrot partly_sunny partying_face passport_control paw_prints peach pear
pencil pencil2 penguin pensive performing_arts persevere pig pill pineapple pizza point_down point_left point_right point_up
point_up_2 popcorn postbox potato pouting_cat pray printer prohibited purple_heart purse pushpin question rabbit racehorse
radio radioactive_sign rage rainbow raised_hand raised_hands raising_hand ram rat recycle red_circle registered
relaxed relieved repeat restroom revolving_hearts rewind ribbon rice robot_face rocket roller_coaster rose rotating_light
round_pushpin rowboat runner sailboat salad salt salute sandwich santa satellite saxophone scales school scissors scream scroll
seat second_place_medal secret see_no_evil seedling seven shark sheep shield ship shirt shopping_trolley shrimp shrug
signal_strength six ski skull sleeping sleepy slightly_frowning_face slightly_smiling_face slot_machine small_red_triangle
smile smiley smirk smoking snail snake snowboarder snowflake snowman sob soccer sos sound space_invader sparkle sparkler
sparkles sparkling_heart speak_no_evil speaker speech_balloon speedboat spider spiral_calendar_pad squid star star-struck
star2 stars steam_locomotive stew stop_sign stopwatch strawberry stuck_out_tongue sunflower sunglasses sunny sunrise surfer
sushi sweat sweat_drops sweat_smile swimmer syringe tada taco takeout_box tangerine taxi tea telephone telescope tennis tent
test_tube thinking thinking_face third_place_medal thought_balloon three ticket tiger timer_clock tired_face tm toilet tomato tongue
toolbox top tornado tractor traffic_light train triangular_flag_on_post triumph trophy tropical_fish truck trumpet tulip
turtle tv two umbrella unamused unicorn_face unlock up upside_down_face v vertical_traffic_light video_camera video_game
violin volcano volleyball warning wastebasket watch watermelon wave wc weary whale wheelchair white_check_mark white_circle
white_flag wind_chime wine_glass wink wolf woman woman-shrugging woozy_face world_map worried wrench writing_hand x yellow_heart yum zap
zero zipper_mouth_face zzz`)
})
