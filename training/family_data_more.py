"""More everyday tools, in the format of family_data."""
# ruff: noqa: E501  (lists of phrases read better as long lines of text)

FAMILIES = """
name book_table|reserve_table|restaurant_booking|make_reservation|reserve
does Book a table in a restaurant|Reserves a table|Restaurant reservation
par restaurant|name|place|where:title;people|guests|party_size|seats:small;time|at|when:clock
ask Book a table at {0} for {1} at {2}|Reserve a table for {1} people at {0}, {2}|Table for {1} at {0} at {2}|I want to eat at {0} with {1} people at {2}|Get us a table at {0} for {1} people at {2}
out status

name get_distance|distance|route|directions|get_directions|travel_time
does Distance between two cities|Directions from one place to another|Computes a route
par start|origin|source|a:city;end|destination|target|b:city;mode|by|vehicle:enum car,bike,train
ask How far is it from {0} to {1}?|Distance from {0} to {1}|Directions from {0} to {1}|How do I get from {0} to {1}?|Show the way from {0} to {1}|What is the distance between {0} and {1}?|Route from {0} to {1}|How long does it take from {0} to {1}?|Navigate from {0} to {1}
opt 2 by {2}|with the {2}|using {2}
out distance

name get_time|current_time|time|clock|time_in|world_clock
does Get the time in a city|Current time of a place|Local time
par city|location|place|timezone:city
ask What time is it in {0}?|Time in {0}|What's the time in {0}?|Tell me the time in {0}|How late is it in {0}?|Current time in {0}|local time {0}
two What time is it in {0} and {1}?|Time in {0} and in {1}
out time

name multiply|product|times|multiply_numbers|mul|calculate_product
does Multiplies two numbers|Product of two integers|Multiply a by b
par a|x|first|left|factor:int;b|y|second|right|other:int
ask Multiply {0} by {1}|What is {0} * {1}?|{0} times {1}|{0} * {1}|{0} x {1}|What is {0} times {1}?|Calculate {0} * {1}|Compute {0}*{1}|The product of {0} and {1}|How much is {0} times {1}?
two What is {0} * {1} and {2} * {3}?|Multiply {0} by {1} and {2} by {3}
out product

name subtract|minus|difference|calculate_difference|sub|subtract_numbers
does Subtracts two numbers|Difference of two integers|Subtract b from a
par a|x|first|left|minuend:int;b|y|second|right|subtrahend:int
ask What is {0} - {1}?|{0} - {1}|{0} minus {1}|Calculate {0} - {1}|What is {0} minus {1}?|Compute {0}-{1}|How much is {0} - {1}?|The difference of {0} and {1}|Take {0} and subtract {1}
out difference

name divide|quotient|div|divide_numbers
does Divides two numbers|Divide a by b|Division
par a|x|numerator|dividend:int;b|y|denominator|divisor:int
ask Divide {0} by {1}|What is {0} / {1}?|{0} / {1}|{0} divided by {1}|Calculate {0} / {1}|What is {0} divided by {1}?
out quotient

name power|pow|exponent|raise_to
does Raises a base to an exponent|Power of a number
par base|x|number:small;exponent|n|power:small
ask What is {0} to the power of {1}?|{0}^{1}|{0} ** {1}|Raise {0} to {1}|Compute {0} to the {1}|{0} to the power {1}
out power

name sum_list|total|add_all|sum_values|average|mean|max_of|sort_numbers
does Sum of a list of numbers|Computes over a list of integers|Takes a list of numbers
par numbers|values|items|list|data:ints
ask Sum {0}|Add up {0}|Sort {0}|What is the average of {0}?|Take the numbers {0}|Total of {0}|Process the list {0}|Compute it for {0}
out result

name create_note|add_note|note|save_note|write_note|take_note
does Create a note|Saves a note|Writes something down
par text|content|note|body:sentence;tags|labels|categories|topics:words
ask Note: "{0}"|Take a note: "{0}"|Write down "{0}"|Save the note "{0}"|Remember "{0}"|Make a note that says "{0}"|Add the note "{0}"
opt 1 with tags {1}|tagged {1}|and tag it {1}
out id

name add_task|create_task|todo|add_todo|new_task
does Add a task to the list|Creates a todo item|New task with a priority
par title|task|name|text:phrase;priority|prio|level|importance:enum low,medium,high;project|list|board|team:word
ask Add {0} to my tasks with {1} priority|Create a task {0}, priority {1}|New {1} priority task: {0}|Add a {1} task: {0}|I have to do {0}, priority {1}|Todo: {0} ({1})
opt 2 in project {2}|in {2}|for the {2} project
out id

name complete_task|close_task|finish_task|close_issue|resolve_ticket|close_ticket
does Mark a task as done|Closes an issue|Close a ticket by id
par id|task_id|ticket|issue_id|number:code
ask Mark {0} as done|Close {0}|I finished {0}|Complete task {0}|{0} is done|Resolve {0}|Finish {0}|Close the ticket {0}|Please close {0}
two Close {0} and {1}|Mark {0} and {1} as done
out done

name create_issue|open_ticket|report_bug|new_issue|create_ticket|file_bug
does Open a ticket|Creates an issue|Report a bug
par title|subject|summary|name:phrase;description|body|details|text:sentence
ask Create an issue "{0}" with description "{1}"|Open a ticket: "{0}". "{1}"|Report a bug titled "{0}": "{1}"|New issue "{0}", details "{1}"|File a bug called "{0}" that says "{1}"
out id

name define_word|define|dictionary|get_definition|word_meaning|explain_word
does Get the definition of a word|Dictionary lookup|Meaning of a word
par word|term|text|w:word
ask Define {0}|What does {0} mean?|What is the meaning of {0}?|Definition of {0}|Look up the word {0}|What does the word "{0}" mean?|Explain the word {0}|Meaning of {0}|What is a {0}?
two Define {0} and {1}|What do {0} and {1} mean?
out meaning

name get_capital|country_info|get_country|population|get_population|capital_of
does Get facts about a country|Capital of a country|Population of a country
par country|name|nation|land:name
ask What is the capital of {0}?|Capital of {0}|How many people live in {0}?|Tell me about {0}|What is the population of {0}?|Info on {0}|Facts about {0}
two What are the capitals of {0} and {1}?|How many people live in {0} and {1}?
out answer

name get_news|news|headlines|latest_news|fetch_news
does Get the news on a topic|Latest headlines|News articles
par topic|subject|about|category:phrase;count|limit|n|number:small
ask What's new about {0}?|News about {0}|Show me the news on {0}|Latest headlines on {0}|Any news on {0}?|What happened with {0}?|Give me the latest on {0}
opt 1 , {1} articles|, {1} of them|with {1} headlines
out headline

name find_recipe|recipe|search_recipe|cook|get_recipe
does Find a recipe|Recipe with ingredients|Search recipes
par ingredients|items|with_items|things:words
ask What can I cook with {0}?|Recipe with {0}|Find a recipe using {0}|I have {0}, what can I make?|Give me a recipe for {0}|Cook something with {0}
out recipe

name play_movie|find_movie|movie_info|watch|search_movie
does Find a movie|Movie by title|Shows a film
par title|movie|name|film:title;year|released|date:small
ask Find the movie {0}|I want to watch {0}|Play the film {0}|Show me {0}|Who made {0}?|Is {0} a good movie?|Look for the film "{0}"|Movie: {0}
opt 1 from {1}|of {1}|released in {1}|, year {1}
out rating

name get_url|fetch_url|open_url|download|browse|visit|fetch_page
does Fetch a web page|Opens a URL|Download from a link
par url|link|address|page:url
ask Open {0}|Go to {0}|Fetch {0}|Download {0}|Visit {0}|What is on {0}?|Get the page {0}|Load {0}|Show me {0}|Browse to {0}
two Open {0} and {1}|Fetch {0} and {1}
out page

name roll_dice|random_number|random|pick_number|dice
does Random number between two bounds|Rolls a number|Pick a random integer
par min|low|start|from_value:small;max|high|end|to_value:small
ask Give me a random number between {0} and {1}|Pick a number from {0} to {1}|Random number from {0} to {1}|Roll between {0} and {1}|Choose a number between {0} and {1}
out number

name convert_units|unit_convert|convert_length|measure|convert_unit
does Convert a value between units|Unit conversion|Converts measurements
par value|amount|number|x:float;from_unit|source|unit|a:word;to_unit|target|into|b:word
ask Convert {0} {1} to {2}|How many {2} are {0} {1}?|{0} {1} in {2}|What is {0} {1} in {2}?|Change {0} {1} into {2}|{0} {1} to {2}
out value

name set_volume|volume|change_volume|loudness|adjust_volume
does Set the volume|Changes the volume|Loudness in percent
par level|volume|percent|value:small
ask Set the volume to {0}|Volume {0}|Make it {0} percent loud|Turn the volume to {0}|Change the volume to {0}%|Put the sound at {0}
out done

name call_contact|phone|dial|make_call|call|ring
does Call a person|Phones someone|Start a phone call
par name|contact|person|who:person
ask Call {0}|Phone {0}|Ring {0}|Call {0} please|I want to talk to {0}|Dial {0}|Get me {0} on the phone|Make a call to {0}
two Call {0} and then {1}
out done

name invite|invite_users|add_members|share_with|invite_people
does Invite people to a team|Adds members|Shares with people
par people|users|members|names:persons;team|group|project|room:word
ask Invite {0} to {1}|Add {0} to the team {1}|Share {1} with {0}|Please invite {0} to the group {1}|{0} should join {1}
out done

name run_query|sql|query_table|select_rows|get_rows|list_rows
does Rows of a table|Query a table|List records of a table
par table|name|collection|dataset:word;limit|count|n|rows:small;order|sort|direction:enum asc,desc
ask Show the rows of {0}|List the table {0}|Query {0}|Give me the records of {0}|Select everything from {0}|What is in the table {0}?|Read table {0}
opt 1 , limit {1}|, only {1} rows|, first {1}|with limit {1}
opt 2 , sorted {2}|, order {2}|in {2} order
out rows

name set_status|update_status|change_status|set_state|update_item
does Change the status of an item|Sets a status|Update the state of a record
par id|item|key|record:code;status|state|value|to_state:word
ask Set {0} to {1}|Mark {0} as {1}|Change the status of {0} to {1}|Update {0} to {1}|{0} is now {1}|Put {0} in state {1}|Make {0} {1}
two Set {0} to {1} and {2} to {3}|Mark {0} as {1} and {2} as {3}
out done

name rate|rate_item|review|give_rating|score
does Rate an item|Gives stars to a product|Rating from 1 to 5
par item|product|name|thing:title;stars|rating|score|points:small
ask Rate {0} with {1} stars|Give {0} {1} stars|{0} gets {1} stars|I rate {0} {1}|Score {0} with {1}|{1} stars for {0}
out done

name pay|send_money|transfer|transfer_money|make_payment|wire
does Send money to a person|Transfers money|Make a payment
par to|recipient|person|payee:person;amount|money|value|sum:int;currency|unit|code:currency
ask Send {1} to {0}|Pay {0} {1}|Transfer {1} to {0}|Give {0} {1}|Wire {1} to {0}|I owe {0} {1}, please pay|Pay {1} to {0}
opt 2 in {2}|using {2}|, currency {2}
two Pay {0} {1} and pay {2} {3}|Send {1} to {0} and {3} to {2}
out done

name get_price|price|check_price|product_price|how_much|lookup_price
does Get the price of a product|Price lookup|What a product costs
par product|item|name|article:phrase
ask How much is {0}?|What does {0} cost?|Price of {0}|What is the price of {0}?|Check the price of {0}|How much do I pay for {0}?|Tell me what {0} costs
two How much are {0} and {1}?|What do {0} and {1} cost?
out price

name is_prime|check_number|factorial|fibonacci|square_root|is_even
does Checks a number|Takes one integer|Computes something of a number
par n|number|x|value:int
ask Is {0} prime?|Check {0}|Is {0} even?|Factorial of {0}|What is the square root of {0}?|Test the number {0}|Compute it for {0}|Fibonacci of {0}
two Check {0} and {1}|Is {0} prime? And {1}?
out answer

name list_files|ls|list_folder|dir|show_folder
does List the files of a folder|Folder contents|Lists a directory
par path|folder|directory|dir:word;recursive|all|deep:bool
ask List {0}|What is in the folder {0}?|Show the files in {0}|List the directory {0}|ls {0}|Which files are in {0}?|Files of {0}
opt 1 , recursive {1}|with recursive {1}|, recursive={1}
out files
"""
