"""Everyday tools as raw data, a block each, blank lines between.

name: usual names. does: descriptions. par: parameters `name|name:kind` split by `;`, those with an `opt` row come last
and are optional. ask: requests. opt N: endings that give parameter N. two: requests for two calls. out: the result's kind.
"""
# ruff: noqa: E501  (lists of phrases read better as long lines of text)

FAMILIES = """
name calculate_sum|add|add_numbers|sum_numbers|calculator_add|sum|plus|compute_sum|add_two_numbers|sum_two|addition|get_sum
does Calculates the sum of two integers|Adds two numbers|Add two numbers together|Returns the sum of a and b|Sum of two numbers|Addition
par a|x|first|num1|left|number1|n1:addend;b|y|second|num2|right|number2|n2:addend
ask Calculate {0} + {1}|What is {0} + {1}?|What's {0}+{1}?|Add {0} and {1}|{0} + {1}|{0}+{1}|Compute {0} + {1}|Sum {0} and {1}|What is {0} plus {1}?|How much is {0} + {1}?|Please add {0} and {1}.|Calculate the sum of {0} and {1}|What is the sum of {0} and {1}?|I need the sum of {0} and {1}|Can you add {0} and {1}?|Add {0} to {1}|Please calculate {0} plus {1}|Find {0} + {1}|What do {0} and {1} make together?|Add up {0} and {1}.
two Calculate {0} + {1} and {2} + {3}|What is {0}+{1} and {2}+{3}?|Add {0} and {1}, then add {2} and {3}|What are {0} + {1} and {2} + {3}?|{0} + {1} and also {2} + {3}|Sum {0} and {1}, and sum {2} and {3}|Compute {0} + {1}, and {2} + {3}
out sum

name get_weather|weather|fetch_weather|check_weather|current_weather|get_current_weather|weather_lookup|weather_report|show_weather|lookup_weather
does Get weather for a location|Get the current weather in a city|Returns the weather|Current weather of a place|Weather by city name|Looks up the weather
par location|city|place|town|where|city_name:city;unit|units|scale:enum celsius,fahrenheit
ask What's the weather in {0}?|What is the weather in {0}?|How's the weather in {0}?|How is the weather in {0}?|Weather in {0}|weather {0}|Tell me the weather in {0}.|What's the weather like in {0}?|Is it raining in {0}?|Is it sunny in {0}?|Get the weather for {0}|Check the weather in {0}|Show me the weather for {0}|I'm going to {0}, what is the weather?|Do I need an umbrella in {0}?|Will it rain in {0}?|How hot is it in {0}?|How cold is it in {0}?|Please get the weather for {0}|Give me the weather of {0}|What is the weather like today in {0}?|Can you tell me the weather in {0}?|{0} weather|I want to know the weather in {0}|What's it like outside in {0}?
opt 1 in {1}|using {1}|with unit {1}|in degrees {1}
two What's the weather in {0} and {1}?|What is the weather in {0} and in {1}?|Weather in {0} and {1}|Compare the weather in {0} and {1}|Get the weather for {0} and for {1}|How is the weather in {0} and {1}?|Tell me the weather in {0} and {1}
out weather

name send_email|email|mail|write_email|send_mail|compose_email|post_mail
does Send an email|Sends an e-mail to a person|Send a mail with a subject and a body|Writes an email
par to|recipient|address|email|receiver:email;subject|title|topic:phrase;body|text|message|content:sentence
ask Send an email to {0} with subject "{1}" and body "{2}"|Email {0} about "{1}": "{2}"|Mail {0}, subject "{1}", text "{2}"|Send {0} an email with the subject "{1}" saying "{2}"|Write an email to {0}. Subject: "{1}". Body: "{2}"|Please email {0} with title "{1}" and text "{2}"|Compose a mail to {0} titled "{1}" that says "{2}"
out done

name send_message|message|text_user|send_text|send_sms|notify_user|chat_message|dm
does Send a message to a person|Sends a text message|Message a contact|Send text to someone
par to|recipient|user|contact|person:person;text|message|body|content:sentence
ask Send "{1}" to {0}|Tell {0} "{1}"|Text {0}: "{1}"|Message {0} saying "{1}"|Send a message to {0}: "{1}"|Send {0} the message "{1}"|Let {0} know: "{1}"|Write "{1}" to {0}|Text {0} that "{1}"|Please send {0} "{1}"|Send a text to {0} saying "{1}"|Notify {0}: "{1}"
two Send "{1}" to {0} and "{3}" to {2}|Tell {0} "{1}" and tell {2} "{3}"
out done

name search|web_search|search_web|google|find|lookup|query|search_internet|internet_search
does Search the web|Searches the internet for a query|Find information online|Web search
par query|q|term|text|keywords|search_term:phrase;limit|max_results|count|top_k:small
ask Search for {0}|Search the web for {0}|Look up {0}|Find {0}|Google {0}|Search {0}|Find information about {0}|Look for {0} online|Please search for {0}|I want to read about {0}|Do a search for {0}|Search "{0}"|What can you find about {0}?|Find out about {0}|Run a web search on {0}
opt 1 and show {1} results|with limit {1}|, top {1}|, at most {1} results|limited to {1}
two Search for {0} and for {1}|Look up {0} and {1}|Search for {0}, then search for {1}
out result

name set_timer|timer|start_timer|create_timer|countdown
does Set a timer|Starts a timer for some minutes|Timer in minutes
par minutes|duration|time|length:small;label|name|title:word
ask Set a timer for {0} minutes|Start a {0} minute timer|Timer for {0} minutes|{0} minutes timer|Wake me in {0} minutes|Remind me in {0} minutes|Give me {0} minutes on the timer|Count down {0} minutes|Please start a timer of {0} minutes|Set the timer to {0}
opt 1 called {1}|labeled {1}|named {1}|for {1}
two Set a timer for {0} minutes and another for {1} minutes|Set timers for {0} and {1} minutes
out done

name set_alarm|alarm|create_alarm|wake_me|add_alarm
does Set an alarm|Sets an alarm at a time|Alarm clock
par time|at|when|clock:clock
ask Wake me at {0}|Set an alarm for {0}|Alarm at {0}|Set the alarm to {0}|I need to get up at {0}|Please wake me up at {0}|Create an alarm at {0}
two Set alarms for {0} and {1}|Wake me at {0} and at {1}
out done

name add_reminder|reminder|remind|create_reminder|remind_me|set_reminder
does Create a reminder|Adds a reminder with a date|Remind the user of something
par text|title|what|task|about:phrase;date|day|when|due:date
ask Remind me to {0} on {1}|Remind me of {0} on {1}|Add a reminder for {0} on {1}|Set a reminder: {0}, {1}|Create a reminder "{0}" for {1}|Don't let me forget {0} on {1}|Reminder: "{0}" on {1}
out done

name create_event|add_event|schedule_meeting|create_meeting|book_meeting|calendar_add|new_event
does Create a calendar event|Adds an event to the calendar|Schedules a meeting
par title|name|subject|event:title;date|day|when:date;time|start|at|start_time:clock
ask Schedule {0} on {1} at {2}|Create an event "{0}" on {1} at {2}|Add {0} to my calendar on {1} at {2}|Book a meeting called {0} for {1} at {2}|Put "{0}" on the calendar for {1}, {2}|Plan {0} for {1} at {2}|New event: "{0}", {1}, {2}
out done

name play_song|play|play_music|music|start_song|play_track|spotify_play
does Play a song|Plays music|Play a song by an artist
par song|title|track|name:title;artist|by|singer|band:person
ask Play {0}|Play the song {0}|I want to hear {0}|Put on {0}|Please play "{0}"|Play "{0}"|Start playing {0}|Can you play {0}?|Let me listen to {0}
opt 1 by {1}|from {1}|by the artist {1}
two Play {0} and then {1}|Play {0}, then play {1}
out done

name turn_on_light|light_on|switch_on_light|lights_on|turn_on_lights
does Turn on the light in a room|Switches the lights on|Light on
par room|where|location|place:word;brightness|level|percent:small
ask Turn on the light in the {0}|Switch on the {0} light|Lights on in the {0}|Light up the {0}|Turn the {0} lights on|Please turn on the lamp in the {0}|It's dark in the {0}|Make the {0} bright
opt 1 at {1} percent|with brightness {1}|at {1}%
two Turn on the light in the {0} and in the {1}|Turn on the lights in the {0} and the {1}
out done

name set_temperature|set_thermostat|thermostat|heat|set_heating
does Set the temperature of a room|Sets the thermostat|Change the heating
par temperature|degrees|value|temp:small;room|place|where|zone:word
ask Set the temperature to {0} degrees in the {1}|Heat the {1} to {0} degrees|Set the thermostat in the {1} to {0}|Make it {0} degrees in the {1}|I want {0} degrees in the {1}|Set {0} degrees in {1}
out done

name translate|translate_text|translator|translation
does Translate text to a language|Translates a text|Translate into another language
par text|content|phrase|input:sentence;target|language|to|lang|target_language:language
ask Translate "{0}" to {1}|Translate "{0}" into {1}|How do you say "{0}" in {1}?|What is "{0}" in {1}?|Say "{0}" in {1}|"{0}" in {1}, please|Please translate the text "{0}" to {1}|I need "{0}" in {1}
out translation

name convert_currency|convert|exchange|currency_convert|fx|exchange_money
does Convert an amount from one currency to another|Currency conversion|Exchange money
par amount|value|sum|money:int;from_currency|source|base|from_code:currency;to_currency|target|quote|to_code:currency
ask Convert {0} {1} to {2}|How much is {0} {1} in {2}?|Exchange {0} {1} to {2}|What is {0} {1} in {2}?|{0} {1} in {2}|Change {0} {1} into {2}|I have {0} {1}, how many {2} is that?|{0} {1} to {2}|Please convert {0} {1} into {2}
two Convert {0} {1} to {2} and {3} {4} to {5}
out amount

name get_stock_price|stock_price|stock|quote|get_quote|share_price|ticker_price
does Get the price of a stock|Current stock price|Price of a share by ticker
par symbol|ticker|stock|company:word
ask What is the stock price of {0}?|Stock price of {0}|How is {0} doing on the market?|Price of {0} shares|Get the quote for {0}|How much is one {0} share?|What's {0} trading at?|Show me the price of {0}
two What are the stock prices of {0} and {1}?|Get quotes for {0} and {1}|Stock price of {0} and {1}
out price

name read_file|open_file|load_file|cat|get_file|show_file
does Read a file|Reads a text file|Returns the contents of a file
par path|file|filename|file_path:path
ask Read {0}|Open {0}|Show me {0}|What is in {0}?|Read the file {0}|Open the file {0}|Print the contents of {0}|Load {0}|What does {0} say?|Display {0}|Please read the file {0}|Let me see {0}
two Read {0} and {1}|Open {0} and {1}|Show me {0} and {1}
out content

name write_file|save_file|create_file|write_text|save_text
does Write text to a file|Creates a file with content|Saves text
par path|file|filename|file_path:path;content|text|data|body:sentence
ask Write "{1}" to {0}|Save "{1}" in {0}|Create {0} with the content "{1}"|Write "{1}" into the file {0}|Put "{1}" in {0}|Create a file {0} with "{1}"|Store the text "{1}" in {0}
out done

name delete_file|remove_file|rm|erase_file|delete
does Delete a file|Removes a file|Deletes files from disk
par path|file|filename|target:path;force|permanent|confirm:bool
ask Delete {0}|Remove {0}|Delete the file {0}|Erase {0}|Get rid of {0}|Please delete {0}|Throw away {0}|rm {0}
opt 1 with force {1}|, force {1}|, force={1}
two Delete {0} and {1}|Remove the files {0} and {1}
out done

name move_file|rename|copy_file|mv|cp|rename_file|copy
does Move a file|Copy a file to another place|Renames a file
par source|src|from_path|old:path;destination|dest|to_path|new|target:path
ask Move {0} to {1}|Copy {0} to {1}|Rename {0} to {1}|Move the file {0} to {1}|Rename {0} as {1}|Put {0} at {1}|Take {0} and move it to {1}
out done

name create_user|add_user|register_user|new_user|sign_up|create_account
does Create a user|Adds a user account|Registers a new user
par name|username|user|full_name:person;email|mail|address|contact:email;admin|is_admin|active:bool
ask Create a user {0} with email {1}|Register {0}, {1}|Add the user {0} ({1})|New user: {0}, email {1}|Sign up {0} with the address {1}|Make an account for {0} with {1}|Add {0} with mail {1}
opt 2 and admin {2}|, admin: {2}|, admin={2}
out id

name get_user|find_user|lookup_user|user_info|get_profile|fetch_user|show_user
does Get a user by name|Looks up a user|User details
par name|user|username|user_name:person
ask Who is {0}?|Find {0}|Look up {0}|Get the user {0}|Show the profile of {0}|Find the user {0}|What do we know about {0}?|Show me {0}|Get details of {0}|Tell me about {0}
two Look up {0} and {1}|Who are {0} and {1}?|Find the users {0} and {1}
out email

name get_order|track_order|order_status|check_order|find_order|track_package
does Get the status of an order|Tracks an order by id|Where an order is
par order_id|id|number|order|tracking_id:code
ask Where is my order {0}?|Track order {0}|What is the status of order {0}?|Status of {0}|Order {0}, where is it?|Check order {0}|When will {0} arrive?|Please track {0}|Find order {0}
two Track the orders {0} and {1}|Where are orders {0} and {1}?
out status

name cancel_order|cancel|cancel_booking|refund_order|refund
does Cancel an order|Cancels a booking|Refund an order by id
par order_id|id|number|booking:code;reason|why|comment:phrase
ask Cancel order {0}|Cancel {0}|Please cancel my order {0}|I don't want {0} anymore|Refund {0}|Stop order {0}|I want to cancel {0}
opt 1 because of {1}|, reason: {1}|with reason {1}
out status

name order_product|buy|order_item|purchase|add_to_cart|order|buy_product
does Order a product|Buys an item|Add an item to the cart
par product|item|name|article:phrase;quantity|count|amount|number:small
ask Order {1} {0}|Buy {1} {0}|I want {1} {0}|Add {1} {0} to my cart|Get me {1} {0}|Please order {1} of {0}|Purchase {1} units of {0}|I'd like to buy {1} {0}|Put {1} {0} in the cart|{1} x {0}, please
out price

name book_flight|find_flight|search_flights|flight|fly|flight_search
does Book a flight|Search flights between two cities|Finds flights
par origin|source|from_city|departure:city;destination|target|to_city|arrival:city;date|day|when:date
ask Book a flight from {0} to {1} on {2}|Find flights from {0} to {1} on {2}|I want to fly from {0} to {1} on {2}|Fly me from {0} to {1} on {2}|Flights from {0} to {1}, {2}|Get me from {0} to {1} on {2}|On {2} I need a flight from {0} to {1}|Search for a flight to {1} from {0} on {2}|I'm leaving {0} for {1} on {2}
out price

name book_hotel|reserve_room|find_hotel|hotel|book_room|hotel_booking
does Book a hotel room|Reserves a hotel|Hotel in a city for some nights
par city|location|place|town:city;nights|days|duration|stay:small;guests|people|persons:small
ask Book a hotel in {0} for {1} nights|Find a hotel in {0} for {1} nights|I need a room in {0} for {1} nights|Reserve {1} nights in {0}|Hotel in {0}, {1} nights|Stay in {0} for {1} nights|Get me a room in {0} for {1} nights
opt 2 for {2} people|with {2} guests|for {2} guests
out price
"""
