import { community } from './community.ts'

export const polish = community('polish', 4, {
  female: `Zuzanna, Julia, Hanna, Maja, Oliwia, Zofia, Lena, Amelia, Wiktoria, Aleksandra, Łucja, Michalina, Małgorzata, Agnieszka, Bożena, Kinga,
    Gabriela, Nadia, Pola, Jagoda, Iga, Róża, Żaneta`,
  male: `Jakub, Antoni, Szymon, Filip, Kacper, Aleksander, Wojciech, Mikołaj, Franciszek, Stanisław, Łukasz, Paweł, Oskar, Igor, Krzysztof, Bartosz,
    Kajetan, Tymoteusz, Błażej, Michał, Świętosław, Ignacy`,
  surnames: `Kowalski/Kowalska, Nowak, Wiśniewski/Wiśniewska, Wójcik, Kamiński/Kamińska, Lewandowski/Lewandowska, Zieliński/Zielińska, Szymański/Szymańska,
    Woźniak, Dąbrowski/Dąbrowska, Kozłowski/Kozłowska, Jabłoński/Jabłońska, Wróbel, Piątek, Gołąb, Grzęda, Brzęczyszczykowski/Brzęczyszczykowska,
    Żuraw, Ćwik, Krawczyk, Górecki/Górecka, Stępień, Przybylski/Przybylska, Szczęsny/Szczęsna, Bąk, Sęk, Łoś`,
})

export const romanian = community('romanian', 3.5, {
  female: `Andreea, Ioana, Ștefania, Mălina, Daria, Teodora, Ilinca, Crăița, Sânziana, Bianca, Anastasia, Denisa, Ruxandra, Loredana, Mihaela, Smaranda`,
  male: `Andrei, Ștefan, Mihai, Răzvan, Alexandru, Luca, Ionuț, Vlăduț, Cătălin, Rareș, Tudor, Cosmin, Darius, Matei, Bogdan, Șerban, Horațiu, Dragoș`,
  surnames: `Popescu, Ionescu, Dumitrescu, Stănescu, Munteanu, Șerban, Țăranu, Lungu, Bălan, Rusu, Moldoveanu, Ciobanu, Gheorghiu, Văduva, Crăciun, Preda,
    Ungureanu, Lăcătuș, Brânză, Oprea, Iliescu, Dănilă, Pîrvu, Țîrlea, Neagu`,
})

export const bulgarian = community('bulgarian', 0.8, {
  female: `Viktoria, Raya, Gergana, Tsvetelina, Desislava, Yoana, Kalina, Boryana, Nikol, Simona`,
  male: `Georgi, Kaloyan, Dimitar, Martin, Boyan, Stoyan, Ivaylo, Plamen, Hristo, Asen`,
  surnames: `Ivanov/Ivanova, Dimitrov/Dimitrova, Petrov/Petrova, Stoyanov/Stoyanova, Angelov/Angelova, Todorov/Todorova, Yordanov/Yordanova,
    Hristozov/Hristozova, Chakarov/Chakarova, Zlatarski/Zlatarska`,
}, {
  own: {
    female: 'Виктория|Viktoria, Рая|Raya, Гергана|Gergana, Йоана|Yoana, Калина|Kalina, Цветелина|Tsvetelina',
    male: 'Георги|Georgi, Калоян|Kaloyan, Димитър|Dimitar, Боян|Boyan, Стоян|Stoyan, Пламен|Plamen',
    surnames: 'Стоянов/Стоянова|Stoyanov/Stoyanova, Ангелов/Ангелова|Angelov/Angelova, Йорданов/Йорданова|Yordanov/Yordanova, Чакъров/Чакърова|Chakarov/Chakarova',
  },
})

export const lithuanian = community('lithuanian', 0.8, {
  female: `Ugnė, Austėja, Gabija, Emilija, Viltė, Kotryna, Rugilė, Eglė, Živilė, Goda`,
  male: `Lukas, Matas, Nojus, Dovydas, Žygimantas, Mindaugas, Arnas, Kęstutis, Jokūbas, Ąžuolas`,
  surnames: `Kazlauskas/Kazlauskaitė, Petrauskas/Petrauskaitė, Žukauskas/Žukauskaitė, Butkus/Butkutė, Šimkus/Šimkutė, Vaičiūnas/Vaičiūnaitė,
    Jankauskas/Jankauskaitė, Gudaitis/Gudaitytė, Čepaitis/Čepaitytė, Ūselis/Ūselytė`,
}, { mothersKeepName: true })

export const ukrainian = community('ukrainian', 2, {
  female: `Solomiia, Oksana, Daryna, Kateryna, Zlata, Yevheniia, Polina, Mariia, Yaryna, Khrystyna, Olena, Viktoriia`,
  male: `Danylo, Maksym, Oleksandr, Bohdan, Yaroslav, Tymofii, Mykhailo, Artem, Vsevolod, Ostap, Nazar, Taras`,
  surnames: `Shevchuk, Kovalenko, Bondarenko, Tkachuk, Kravets, Lysenko, Moroz, Rudenko, Hrytsenko, Zaliznyi/Zalizna, Pidhirnyi/Pidhirna,
    Chornovil, Palamarchuk, Yakymiv, Shch'erban`,
}, {
  own: {
    female: `Соломія|Solomiia, Оксана|Oksana, Дарина|Daryna, Злата|Zlata, Євгенія|Yevheniia, Ярина|Yaryna, Мар'яна|Mariana, Юлія|Yuliia`,
    male: 'Данило|Danylo, Максим|Maksym, Богдан|Bohdan, Ярослав|Yaroslav, Тимофій|Tymofii, Михайло|Mykhailo, Остап|Ostap, Євген|Yevhen',
    surnames: 'Шевчук|Shevchuk, Коваленко|Kovalenko, Ткачук|Tkachuk, Лисенко|Lysenko, Залізний/Залізна|Zaliznyi/Zalizna, Гриценко|Hrytsenko, Щербань|Shcherban',
  },
})

export const russian = community('russian', 0.7, {
  female: `Anastasiya, Darya, Yelizaveta, Ksenia, Alyona, Varvara, Sofya, Milana, Ulyana`,
  male: `Dmitri, Nikita, Kirill, Ilya, Artyom, Yegor, Matvey, Timur, Savely`,
  surnames: `Sokolov/Sokolova, Morozov/Morozova, Belov/Belova, Zaytsev/Zaytseva, Vinogradov/Vinogradova, Lebedev/Lebedeva, Chernykh, Shcherbakov/Shcherbakova`,
}, {
  own: {
    female: 'Дарья|Darya, Ксения|Ksenia, Алёна|Alyona, Варвара|Varvara, Ульяна|Ulyana',
    male: 'Дмитрий|Dmitri, Никита|Nikita, Илья|Ilya, Артём|Artyom, Егор|Yegor',
    surnames: 'Соколов/Соколова|Sokolov/Sokolova, Белов/Белова|Belov/Belova, Зайцев/Зайцева|Zaytsev/Zaytseva, Черных|Chernykh',
  },
})

export const albanian = community('albanian', 0.8, {
  female: `Arta, Besa, Drita, Elira, Fjolla, Njomëza, Rinesa, Blerta, Vjollca, Ëndërr`,
  male: `Ardit, Bledar, Dren, Erion, Gëzim, Liridon, Shpëtim, Valon, Ylli, Endrit`,
  surnames: `Hoxha, Krasniqi, Gashi, Berisha, Kelmendi, Shala, Çela, Zeqiri, Bytyçi, Rexhepi, Gjoka, Marku`,
})
