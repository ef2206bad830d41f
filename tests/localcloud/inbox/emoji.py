"""The emoji shortcodes that operations messages use, as Slack names them, and their characters."""

from __future__ import annotations

import re
from collections.abc import Mapping

_TABLE = """
white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎
warning ⚠️|rotating_light 🚨|no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|stop_sign 🛑
exclamation ❗|heavy_exclamation_mark ❗|grey_exclamation ❕|question ❓|bangbang ‼️|interrobang ⁉️
information_source ℹ️|bulb 💡|bell 🔔|no_bell 🔕|mega 📣|loudspeaker 📢|speech_balloon 💬|eyes 👀
zzz 💤|sleeping 😴|crescent_moon 🌙|new_moon 🌑|full_moon 🌕|moon 🌔|night_with_stars 🌃|milky_way 🌌
sunrise 🌅|sunrise_over_mountains 🌄|sunny ☀️|city_sunrise 🌇|stars 🌠|star ⭐|star2 🌟|sparkles ✨|bed 🛏️
coffee ☕|alarm_clock ⏰|stopwatch ⏱️|timer_clock ⏲️|hourglass ⌛|hourglass_flowing_sand ⏳|watch ⌚
clock1 🕐|clock2 🕑|clock3 🕒|clock4 🕓|clock5 🕔|clock6 🕕|clock7 🕖|clock8 🕗|clock9 🕘|clock10 🕙|clock11 🕚|clock12 🕛
calendar 📆|date 📅|spiral_calendar_pad 🗓️|memo 📝|pencil 📝|pencil2 ✏️|clipboard 📋|page_facing_up 📄
moneybag 💰|money_with_wings 💸|dollar 💵|euro 💶|chart 💹|bar_chart 📊|chart_with_upwards_trend 📈
chart_with_downwards_trend 📉|credit_card 💳|piggy_bank 🐖
lock 🔒|unlock 🔓|key 🔑|closed_lock_with_key 🔐|shield 🛡️|detective 🕵️|mag 🔍|mag_right 🔎|link 🔗
gear ⚙️|wrench 🔧|hammer 🔨|hammer_and_wrench 🛠️|tools 🛠️|construction 🚧|building_construction 🏗️
package 📦|floppy_disk 💾|cd 💿|minidisc 💽|file_cabinet 🗄️|card_file_box 🗃️|wastebasket 🗑️
computer 💻|desktop_computer 🖥️|electric_plug 🔌|battery 🔋|satellite_antenna 📡|cloud ☁️|zap ⚡|fire 🔥
rocket 🚀|airplane ✈️|ship 🚢|anchor ⚓|ambulance 🚑|fire_engine 🚒|lifebuoy 🛟|helicopter 🚁
arrow_up ⬆️|arrow_down ⬇️|arrow_right ➡️|arrow_left ⬅️|arrow_upper_right ↗️|arrow_lower_right ↘️
arrows_counterclockwise 🔄|arrows_clockwise 🔃|repeat 🔁|leftwards_arrow_with_hook ↩️|arrow_forward ▶️
double_vertical_bar ⏸️|pause_button ⏸️|black_square_for_stop ⏹️|stop_button ⏹️|fast_forward ⏩|rewind ⏪
red_circle 🔴|large_orange_circle 🟠|large_yellow_circle 🟡|large_green_circle 🟢|large_blue_circle 🔵
large_purple_circle 🟣|large_brown_circle 🟤|white_circle ⚪|black_circle ⚫|radio_button 🔘
red_square 🟥|large_red_square 🟥|large_orange_square 🟧|large_yellow_square 🟨|large_green_square 🟩
large_blue_square 🟦|white_large_square ⬜|black_large_square ⬛|small_red_triangle 🔺
small_red_triangle_down 🔻|large_orange_diamond 🔶|large_blue_diamond 🔷|diamonds ♦️
heavy_plus_sign ➕|heavy_minus_sign ➖|heavy_multiplication_x ✖️|recycle ♻️|infinity ♾️|100 💯
thumbsup 👍|+1 👍|thumbsdown 👎|-1 👎|ok_hand 👌|wave 👋|raised_hands 🙌|clap 👏|pray 🙏|muscle 💪
point_right 👉|point_left 👈|point_up ☝️|point_down 👇|raised_hand ✋|hand ✋|handshake 🤝
smile 😄|grin 😁|slightly_smiling_face 🙂|thinking_face 🤔|joy 😂|cry 😢|sob 😭|scream 😱|sweat_smile 😅
partying_face 🥳|tada 🎉|confetti_ball 🎊|trophy 🏆|medal 🏅|robot_face 🤖|ghost 👻|skull 💀|bug 🐛
ladybug 🐞|snail 🐌|turtle 🐢|owl 🦉|bat 🦇|snowflake ❄️|ice_cube 🧊|thermometer 🌡️|ocean 🌊|volcano 🌋
earth_americas 🌎|earth_africa 🌍|earth_asia 🌏|globe_with_meridians 🌐|world_map 🗺️|house 🏠|office 🏢
us 🇺🇸|flag-us 🇺🇸|flag-ie 🇮🇪|flag-de 🇩🇪|checkered_flag 🏁|triangular_flag_on_post 🚩|white_flag 🏳️
heart ❤️|green_heart 💚|blue_heart 💙|yellow_heart 💛|broken_heart 💔|test_tube 🧪|petri_dish 🧫|dart 🎯
"""

#: Shortcode without colons -> character.
EMOJI: Mapping[str, str] = dict(
    entry.split(" ", 1) for line in _TABLE.strip().splitlines() for entry in line.split("|")
)
_SHORTCODE = re.compile(r":([a-z0-9_+-]{1,40}):(?::skin-tone-[2-6]:)?")


def emojize(text: str) -> str:
    """Replaces known `:shortcodes:`; an unknown one stays as it is, as in Slack."""
    return _SHORTCODE.sub(lambda match: EMOJI.get(match[1], match[0]), text)
