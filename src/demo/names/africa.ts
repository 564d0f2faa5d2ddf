import { community } from './community.ts'

export const somali = community('somali', 2.2, {
  female: `Hodan, Ifrah, Sagal, Ayaan, Hibo, Deqa, Fadumo, Ubah, Naciima, Xaliimo, Idil, Ladan`,
  male: `Abdirahman, Mahad, Liban, Cabdi, Guled, Zakariye, Yusuf, Warsame, Bile, Khadar, Xasan, Maxamed-Deeq`,
  surnames: `Abdi Warsame, Mohamed Nur, Hassan Jama, Farah Ali, Ahmed Dirie, Ismail Guled, Osman Hersi, Yusuf Samatar, Ciise, Cali, Jama, Ali, Elmi, Aden`,
}, { mothersKeepName: true })

export const yoruba = community('yoruba', 2.4, {
  female: `Oluwaseun, Temitope, Ayomide, Folasade, Ọmọlará, Titilayo, Morẹ́nikẹ́, Oluwadamilola, Abisola, Ifeoluwa, Adéọlá, Yétúndé`,
  male: `Olúwaṣeun, Ayodele, Babajide, Kolawole, Adébáyọ̀, Oluwatobiloba, Temidayo, Ọlámide, Fẹ́mi, Olumide, Ìbùkún, Dare`,
  surnames: `Adébáyọ̀, Ogunleye, Ọládàpọ̀, Akinwande, Olatunji, Adeyemi-Bello, Fagbenle, Ogundipe, Afolabi, Ṣóyínká-Ojo, Balogun, Oyelaran, Ìdòwú, Ojo, Alao,
    Oluwagbemileke-Akinfolarin`,
})

export const igbo = community('igbo', 1.3, {
  female: `Chiamaka, Adaeze, Ngọzi, Chidinma, Ifeoma, Oluchi, Ụzọamaka, Kosisochukwu, Nkiruka, Amarachi`,
  male: `Chukwuemeka, Obinna, Ikenna, Kenechukwu, Chịdị, Somtochukwu, Ugochukwu, Nnamdi, Ebuka, Uche`,
  surnames: `Okonkwo, Nwosu, Eze, Okafor-Nnadi, Chukwuma, Ụzọma, Obi, Anyanwu, Onwuegbuzie, Ikechukwu-Okoro, Nwachukwu, Ofoegbu, Ani`,
})

export const ghanaian = community('ghanaian', 1.6, {
  female: `Abena, Akosua, Efua, Adwoa, Afia, Yaa, Esi, Nana Ama, Maame Serwaa, Akua, Dzifa, Enyonam`,
  male: `Kwame, Kofi, Kwaku, Yaw, Kojo, Ebo, Nana Kwasi, Kwabena, Fiifi, Papa Yaw, Selorm, Edem`,
  surnames: `Mensah, Owusu, Boateng, Osei-Bonsu, Asante, Appiah-Kubi, Agyemang, Darko, Amoah, Ofori-Atta, Quaye, Addo, Sarpong, Gyɛbi, Tɛtɛ, Ansah, Oti`,
})

export const zimbabwean = community('zimbabwean', 0.9, {
  female: `Tariro, Rutendo, Nyasha, Chipo, Tendai, Ruvarashe, Anesu, Nokuthula, Makanaka, Tinotenda`,
  male: `Tafadzwa, Kudzai, Tinashe, Farai, Takudzwa, Simba, Munashe, Thabo, Mthokozisi, Panashe`,
  surnames: `Moyo, Ndlovu, Chigumba, Mutasa, Nyathi, Muchengeti, Chikwanha, Dube, Mapfumo, Gumbo, Nyamukapa, Ncube-Sithole, Zhou`,
})

export const eastAfrican = community('horn-of-africa', 0.8, {
  female: `Selam, Bethlehem, Hiwot, Feven, Rahwa, Meron, Yordanos, Saba`,
  male: `Dawit, Yonas, Abel, Natnael, Biniam, Filmon, Tewolde, Haile`,
  surnames: `Tesfaye, Gebremedhin, Habtemariam, Kidane, Woldegiorgis, Berhane, Alemu, Tekle, Ghebreyohannes, Mulugeta`,
}, {
  surnameRule: 'father',
  mothersKeepName: true,
  own: {
    female: 'ሰላም|Selam, ሕይወት|Hiwot, ሜሮን|Meron, ሳባ|Saba',
    male: 'ዳዊት|Dawit, ዮናስ|Yonas, አቤል|Abel, ኃይሌ|Haile',
    surnames: 'ተስፋዬ|Tesfaye, ኪዳነ|Kidane, ብርሃነ|Berhane, ዓለሙ|Alemu',
  },
})

export const congolese = community('congolese', 0.7, {
  female: `Grâce, Merveille, Plamedi, Gloire, Exaucée, Nsimba, Dorcas, Bénédicte`,
  male: `Dieumerci, Glody, Trésor, Nathanaël, Jérémie, Nzuzi, Héritier, Christ-Vie`,
  surnames: `Ilunga, Kabongo, Mbuyi wa Mutombo, Tshibangu, Ngoy, Lukusa, N'Gbanzo, Mukendi, Kalala, Nsenga, Bo`,
})
