import { community } from './community.ts'

export const pakistani = community('pakistani', 5.5, {
  female: `Ayesha, Zainab, Fatima, Maryam, Hafsa, Iqra, Aleena, Noor ul Ain, Sidra, Rabia, Anum, Mehwish, Zoya, Umm-e-Kulsoom, Eshal, Laiba`,
  male: `Muhammad Hamza, Ibrahim, Zain, Mohammed Yusuf, Ali Raza, Haris, Daniyal, Shahzaib, Muhammad, Bilal, Usman, Faizan, Abdul-Rehman, Hassan, Rayyan, Saif ur Rehman`,
  surnames: `Khan, Hussain/Bibi, Ahmed, Malik, Iqbal, Chaudhry, Mahmood, Akhtar, Raja, Qureshi, Butt, Mirza, Sheikh, Zaman, ul-Haq, Siddiqui, Dar, Awan, Shah`,
}, {
  own: {
    female: 'عائشہ|Ayesha, زینب|Zainab, مریم|Maryam, حفصہ|Hafsa, رابعہ|Rabia, نور العین|Noor ul Ain',
    male: 'حمزہ|Hamza, ابراہیم|Ibrahim, دانیال|Daniyal, بلال|Bilal, عثمان|Usman, فیضان|Faizan',
    surnames: 'خان|Khan, ملک|Malik, چوہدری|Chaudhry, قریشی|Qureshi, محمود|Mahmood, شیخ|Sheikh',
  },
})

export const bangladeshi = community('bangladeshi', 3, {
  female: `Tahmina, Nusrat, Sadia, Maisha, Farzana, Rukhsana, Samia, Tasnim, Ruksana, Shahida, Mst Nargis, Jannatul`,
  male: `Md Rahim, Tanvir, Rakib, Shahriar, Ashraful, Mizanur, Nayeem, Fahim, Shamsul, Imran, Rafiq, Zubair`,
  surnames: `Begum, Miah/Begum, Uddin/Khatun, Choudhury, Rahman, Islam, Hoque, Sarkar, Talukder, Ali, Alom, Bhuiyan, Akter, Ullah`,
}, {
  mothersKeepName: true,
  own: {
    female: 'তাহমিনা|Tahmina, নুসরাত|Nusrat, সাদিয়া|Sadia, ফারজানা|Farzana, মাইশা|Maisha, শাহিদা|Shahida',
    male: 'তানভীর|Tanvir, রাকিব|Rakib, শাহরিয়ার|Shahriar, আশরাফুল|Ashraful, ফাহিম|Fahim, রফিক|Rafiq',
    surnames: 'চৌধুরী|Choudhury, রহমান|Rahman, ইসলাম|Islam, হক|Hoque, সরকার|Sarkar, তালুকদার|Talukder, ভূঁইয়া|Bhuiyan',
  },
})

export const punjabi = community('punjabi', 3, {
  female: `Harpreet, Simran, Jasleen, Manpreet, Gurleen, Navneet, Kirandeep, Ravneet, Amrit, Prabhjot, Sehaj, Avani`,
  male: `Gurpreet, Arjan, Jaskaran, Manveer, Harjot, Sukhdeep, Fateh, Angad, Ranveer, Balraj, Ekam, Tegh`,
  surnames: `Singh/Kaur, Singh Gill/Kaur Gill, Singh Sandhu/Kaur Sandhu, Dhaliwal, Grewal, Bains, Sidhu, Singh-Atwal/Kaur-Atwal, Dosanjh, Randhawa, Aujla, Rai`,
}, {
  own: {
    female: 'ਸਿਮਰਨ|Simran, ਜਸਲੀਨ|Jasleen, ਅੰਮ੍ਰਿਤ|Amrit, ਹਰਪ੍ਰੀਤ|Harpreet, ਸਹਿਜ|Sehaj',
    male: 'ਅਰਜਨ|Arjan, ਫ਼ਤਿਹ|Fateh, ਅੰਗਦ|Angad, ਗੁਰਪ੍ਰੀਤ|Gurpreet, ਤੇਗ਼|Tegh',
    surnames: 'ਸਿੰਘ/ਕੌਰ|Singh/Kaur, ਗਰੇਵਾਲ|Grewal, ਸਿੱਧੂ|Sidhu, ਢਿੱਲੋਂ|Dhillon',
  },
})

export const gujarati = community('gujarati', 2.2, {
  female: `Diya, Khushi, Mital, Hetvi, Jinal, Krupa, Riddhi, Aarohi, Bhumika, Nandini`,
  male: `Dhruv, Harsh, Jay, Krish, Meet, Parth, Yash, Vivaan, Om, Chintan`,
  surnames: `Patel, Shah, Mehta, Desai, Joshi, Parmar, Solanki, Trivedi, Vaghela, Chauhan, Amin, Lad, Rao`,
}, {
  own: {
    female: 'દિયા|Diya, ખુશી|Khushi, હેતવી|Hetvi, કૃપા|Krupa, નંદિની|Nandini',
    male: 'ધ્રુવ|Dhruv, હર્ષ|Harsh, ક્રિશ|Krish, પાર્થ|Parth, ઓમ|Om',
    surnames: 'પટેલ|Patel, શાહ|Shah, મહેતા|Mehta, જોશી|Joshi, સોલંકી|Solanki',
  },
})

export const hindi = community('hindi', 1.6, {
  female: `Ananya, Aadhya, Ishita, Kavya, Saanvi, Shreya, Pooja, Myra, Riya`,
  male: `Aarav, Aditya, Vihaan, Rohan, Kabir, Siddharth, Atharv, Ishaan, Dev`,
  surnames: `Sharma, Gupta, Verma, Agarwal, Mishra, Srivastava, Kulkarni, Deshpande, Roy, Bhattacharya, Jha, Sen`,
}, {
  own: {
    female: 'अनन्या|Ananya, काव्या|Kavya, श्रेया|Shreya, पूजा|Pooja',
    male: 'आरव|Aarav, आदित्य|Aditya, रोहन|Rohan, सिद्धार्थ|Siddharth',
    surnames: 'शर्मा|Sharma, गुप्ता|Gupta, वर्मा|Verma, मिश्रा|Mishra, श्रीवास्तव|Srivastava',
  },
})

export const tamil = community('tamil', 1.8, {
  female: `Abirami, Kavitha, Meenakshi, Thamizhini, Anjali, Yazhini, Oviya, Sivagami, Nila, Kayalvizhi`,
  male: `Kavin, Arunan, Kumaran, Pranavan, Senthuran, Thivyan, Kathirvel, Aravinthan, Vel, Ilango`,
  surnames: `Sivakumar, Ramanathan, Thirunavukkarasu, Selvarajah, Balasubramaniam, Yogeswaran, Nadarajah, Jeyakumar, Kanagasabapathipillai, Rajan`,
}, {
  surnameRule: 'father',
  mothersKeepName: true,
  own: {
    female: 'அபிராமி|Abirami, யாழினி|Yazhini, ஓவியா|Oviya, நிலா|Nila, கயல்விழி|Kayalvizhi',
    male: 'குமரன்|Kumaran, கவின்|Kavin, அருணன்|Arunan, இளங்கோ|Ilango, வேல்|Vel',
    surnames: 'சிவகுமார்|Sivakumar, இராமநாதன்|Ramanathan, திருநாவுக்கரசு|Thirunavukkarasu, நடராஜா|Nadarajah',
  },
})

export const sinhala = community('sinhala', 0.5, {
  female: `Dinithi, Nethmi, Senuli, Tharushi, Ishara, Sanduni`,
  male: `Kavindu, Nimsara, Thisara, Dulaj, Ranuga, Sahan`,
  surnames: `Perera, Fernando, Wickramasinghe, Rajapaksha Mudiyanselage, Ekanayake, Dissanayake, Gunawardena, Weerasinghe Arachchilage`,
})

export const malayali = community('malayali', 1.4, {
  female: `Aleena, Anna Mariya, Devika, Gouri, Niya, Rose, Treesa, Evelyn`,
  male: `Aaron, Alen, Basil, Godwin, Jerin, Jovan, Nevin, Sreehari`,
  surnames: `Thomas, Mathew, Varghese, Kurian, Nair, Puthenpurackal, Chacko, Joseph, Menon, Kizhakkethil, George`,
}, { surnameRule: 'father' })

export const nepali = community('nepali', 1, {
  female: `Aarati, Binita, Prakriti, Sabina, Susmita, Yangchen, Pema`,
  male: `Aayush, Bibek, Prabin, Suman, Sandesh, Tenzing, Dorje`,
  surnames: `Gurung, Rai, Limbu, Thapa Magar, Shrestha, Tamang, Sherpa, Pun, Ale, Bhandari, KC`,
}, {
  own: {
    female: 'आरती|Aarati, प्रकृति|Prakriti, सबिना|Sabina, सुस्मिता|Susmita',
    male: 'विवेक|Bibek, सुमन|Suman, सन्देश|Sandesh, आयुष|Aayush',
    surnames: 'गुरुङ|Gurung, राई|Rai, लिम्बू|Limbu, थापा मगर|Thapa Magar, श्रेष्ठ|Shrestha',
  },
})
