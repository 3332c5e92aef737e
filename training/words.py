"""Lists of real words that the generators mix with invented ones; data only."""
# ruff: noqa: E501, SIM905  (lists of phrases read better as long lines of text)

CITIES = (
    "Paris,London,Berlin,Madrid,Rome,Vienna,Prague,Lisbon,Dublin,Oslo,Helsinki,Stockholm,Copenhagen,Warsaw,Budapest,Athens,"
    "Tokyo,Kyoto,Osaka,Seoul,Beijing,Shanghai,Delhi,Mumbai,Bangkok,Hanoi,Jakarta,Manila,Sydney,Melbourne,Perth,Auckland,"
    "Toronto,Montreal,Vancouver,Boston,Chicago,Denver,Seattle,Portland,Austin,Dallas,Houston,Miami,Atlanta,Phoenix,"
    "New York,San Francisco,Los Angeles,San Diego,Las Vegas,New Orleans,Mexico City,Buenos Aires,Rio de Janeiro,Sao Paulo,"
    "Lima,Bogota,Santiago,Quito,Havana,Cairo,Nairobi,Lagos,Accra,Cape Town,Tunis,Dubai,Istanbul,Ankara,Tehran,Kabul,"
    "Moscow,Kyiv,Riga,Vilnius,Tallinn,Zurich,Geneva,Basel,Munich,Hamburg,Cologne,Frankfurt,Lyon,Marseille,Nice,Porto,"
    "Seville,Valencia,Naples,Milan,Turin,Venice,Florence,Graz,Linz,Salzburg,Krakow,Gdansk,Bergen,Reykjavik,Hong Kong,Singapore"
).split(",")
FIRST = (
    "Anna,Ben,Carla,David,Emma,Felix,Grace,Hugo,Ida,Jonas,Kira,Leo,Maria,Nina,Oscar,Paula,Quentin,Rosa,Sam,Tina,Ulrich,"
    "Vera,Walter,Xenia,Yusuf,Zoe,Alice,Bob,Carol,Dan,Eve,Frank,Gina,Henry,Iris,Jack,Karen,Liam,Mia,Noah,Olivia,Peter,"
    "Rachel,Sarah,Tom,Victor,Wendy,John,Jane,Mary,James,Lucy,Priya,Ravi,Chen,Mei,Kenji,Yuki,Omar,Fatima,Ivan,Olga,Pedro,Sofia"
).split(",")
LAST = (
    "Smith,Jones,Brown,Miller,Davis,Garcia,Wilson,Lopez,Lee,Clark,Young,King,Hill,Green,Baker,Nelson,Carter,Evans,Turner,"
    "Parker,Meyer,Fischer,Weber,Schmidt,Novak,Rossi,Silva,Santos,Kim,Park,Tanaka,Sato,Singh,Patel,Khan,Ali,Hansen,Berg,O'Neil"
).split(",")
VERBS = (
    "get,set,find,search,list,create,delete,update,add,remove,send,fetch,read,write,open,close,start,stop,check,book,order,"
    "cancel,compute,calculate,convert,translate,play,pause,schedule,lookup,query,count,sort,merge,split,load,save,show,make,"
    "run,move,copy,rename,upload,download,lock,unlock,track,rate,post,share,assign,archive,export,import,scan,print,resize,"
    "register,validate,encode,decode,compare,estimate,generate,filter,format,publish,reserve,restart,subscribe,tag,turn,notify"
).split(",")
NOUNS = (
    "weather,email,message,user,file,order,song,note,task,event,meeting,ticket,flight,hotel,room,price,stock,currency,"
    "temperature,light,door,timer,alarm,reminder,photo,image,video,document,report,table,record,invoice,payment,account,"
    "product,item,cart,recipe,movie,book,article,page,route,map,location,city,country,distance,sum,number,text,word,list,"
    "group,team,player,game,score,contact,phone,address,calendar,date,time,link,folder,project,issue,branch,server,job,log,"
    "car,train,seat,table,package,box,device,sensor,battery,color,shape,size,weight,volume,speed,label,status,level,code,key"
).split(",")
PARAMETERS = (
    "name,id,location,city,place,date,time,day,title,text,body,content,subject,message,query,term,keyword,limit,count,"
    "amount,number,value,unit,units,format,language,lang,source,target,from_city,to_city,origin,destination,start,end,"
    "start_date,end_date,duration,minutes,hours,seconds,user,user_id,username,email,recipient,to,cc,phone,address,path,"
    "file,filename,folder,url,link,page,size,width,height,color,level,mode,status,type,category,tags,items,list,values,price,"
    "currency,quantity,product,product_id,order_id,room,room_id,guests,nights,symbol,ticker,artist,song,album,genre,rating,year,"
    "month,priority,force,verbose,recursive,public,active,enabled,notify,urgent,a,b,x,y,z,n,first,second,base,exponent,min,max,"
    "radius,topic,summary,note,reason,label,key,code,age,weight,distance,temperature,speed,volume,channel,team,project,task"
).split(",")
ADJECTIVES = (
    "red,blue,green,black,white,golden,silver,quick,slow,quiet,loud,bright,dark,warm,cold,new,old,small,large,tall,deep,wild,"
    "brave,calm,clever,gentle,happy,lucky,proud,shiny,sweet,early,late,simple,strange,broken,final,local,fresh,heavy"
).split(",")
THINGS = (
    "basketball team,football club,dog,cat,city,book,movie,song,restaurant,car,phone,company,river,mountain,planet,flower,"
    "tree,bird,fish,horse,computer,laptop,camera,bridge,castle,museum,school,student,teacher,doctor,farmer,painter,singer,"
    "band,recipe,cake,soup,wine,cheese,coffee,garden,house,hotel,ship,train,airplane,bicycle,robot,game,story,hero,king,"
    "island,lake,forest,desert,country,village,park,shop,market,library,hospital,product,customer,employee,person,user,event,"
    "concert,festival,holiday,meeting,project,task,order,invoice,ticket,flight,lamp,chair,table,guitar,piano,drum,fruit,"
    "vegetable,bear,lion,whale,dragon,wizard,knight,pirate,astronaut,scientist,chef,athlete,tennis player,soccer player,"
    "hockey team,baseball team,rock band,video game,board game,coffee shop,book store,sports car,space ship,weather report"
).split(",")
COMMON = (
    "apple,bread,milk,water,paper,window,garden,morning,evening,winter,summer,music,coffee,bridge,market,letter,picture,"
    "dinner,lunch,breakfast,budget,meeting,review,plan,release,launch,update,party,trip,budget,contract,homework,lecture,"
    "printer,kitchen,office,bedroom,garage,hallway,basement,balcony,jazz,rock,blues,opera,physics,history,science,art,"
    "climate,energy,space,ocean,forest,animals,health,sports,travel,food,fashion,finance,robots,python,rust,databases,"
    "milk and eggs,green tea,rain boots,birthday cake,phone charger,desk lamp,running shoes,solar panels,electric cars"
).split(",")
LANGUAGES = "English,French,German,Spanish,Italian,Dutch,Polish,Czech,Greek,Turkish,Arabic,Hindi,Chinese,Japanese,Korean,Swedish,Finnish".split(
    ","
)
CURRENCIES = "USD,EUR,GBP,JPY,CHF,CAD,AUD,CNY,INR,SEK,NOK,PLN,CZK,BRL,MXN".split(",")
MONTHS = "January,February,March,April,May,June,July,August,September,October,November,December".split(",")
DAYS = "Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday,today,tomorrow".split(",")
ENUMS = (
    "celsius fahrenheit|low medium high|asc desc|small medium large|json csv xml|red green blue|on off|metric imperial|"
    "open closed pending|daily weekly monthly|north south east west|easy normal hard|cat dog bird|mp3 wav flac|draft final|"
    "public private|fast slow|left right center|km miles|debug info warning error|jpg png gif|am pm|single double suite"
).split("|")
WEATHER = "sunny,cloudy,rainy,windy,snowy,foggy,clear,stormy".split(",")
SENTENCES = (
    "I will be late,See you at noon,The meeting is moved to Friday,Thanks for your help,Please call me back,"
    "Don't forget the milk,The report is ready,We won the game,It's raining here,Can you send the file?,Let's meet at 5 pm,"
    "The build is green again,Happy birthday!,What time is dinner?,I can't come today,Everything is fine,The train is late"
).split(",")
GLUE = "the a of with and for in on to about from near under over without before after".split()
EVERYDAY = (
    "able across again against ago all almost along already always among another any anyone around ask away back because become been before begin behind "
    "being believe below beside best better between both bring but by came cannot carry case cause certain change clear come could course day did "
    "different does done down during each easy either else end enough even ever every everything example fact far feel few follow found from full "
    "further gave general get give given go gone good got great had half happen hard has have he heard help her here him his hold hope however idea if "
    "important inside instead into its itself just keep kept kind knew know known large last late later least leave left less let life like likely "
    "little long look lot made main make many matter may maybe me mean means might mind more most much must my near need never next nice no none nor "
    "not nothing now of off often once one only onto or other our out outside over own part pass past people perhaps point possible put quite rather "
    "ready real really reason right said same saw say second see seem seen several shall she side since small so some someone something soon still "
    "such supply sure take taken tell than thank their them then there these they thing think third this those though thought through thus till "
    "together told too took toward tried try turn twice two under until up upon us used very wait want was way we well went were what whatever "
    "when where whether which while who whole whose why will wish with within without word work would year yes yet you your yours"
).split()
