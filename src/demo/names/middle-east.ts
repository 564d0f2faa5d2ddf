import { community } from './community.ts'

export const arabic = community('arabic', 2.8, {
  female: `Layla, Nour, Yasmin, Rania, Salma, Aya, Huda, Lujain, Shahd, Du'a, Ra’ed-Noor, Jana`,
  male: `Omar, Khalid, Yousef, Adam, Karim, Anas, Mu’adh, Abd al-Rahman, Tariq, Sa'ad, Laith, Ziad`,
  surnames: `al-Khatib, Haddad, Mansour, Al-Masri, Abu Zayd, El-Sayed, Nasser, Darwish, Bin Saleh, Al Shami, El Idrissi, Ben Amar, Khoury, Saleh, Aziz`,
}, {
  mothersKeepName: true,
  own: {
    female: 'ليلى|Layla, نور|Nour, ياسمين|Yasmin, سلمى|Salma, هدى|Huda, آية|Aya, لجين|Lujain',
    male: 'عمر|Omar, خالد|Khalid, يوسف|Yousef, كريم|Karim, أنس|Anas, معاذ|Mu’adh, عبد الرحمن|Abd al-Rahman',
    surnames: 'الخطيب|al-Khatib, حداد|Haddad, منصور|Mansour, المصري|Al-Masri, درويش|Darwish, أبو زيد|Abu Zayd, الشامي|Al Shami',
  },
})

export const persian = community('persian', 0.8, {
  female: `Parisa, Shirin, Golnaz, Nazanin, Mahsa, Setareh, Roya`,
  male: `Dariush, Kian, Arash, Sina, Behrouz, Farhad, Amirali`,
  surnames: `Hosseini, Karimi, Rahimi, Sohrabzadeh, Moradi, Tehrani, Jafari-Nia, Ghorbanpour`,
}, {
  mothersKeepName: true,
  own: {
    female: 'پریسا|Parisa, شیرین|Shirin, گلناز|Golnaz, ستاره|Setareh',
    male: 'آرش|Arash, سینا|Sina, فرهاد|Farhad, کیان|Kian',
    surnames: 'حسینی|Hosseini, کریمی|Karimi, مرادی|Moradi, تهرانی|Tehrani',
  },
})

export const afghan = community('afghan', 1.2, {
  female: `Zarmina, Palwasha, Spozhmai, Freshta, Nilofar, Laila, Gulalai`,
  male: `Ahmad Shah, Wais, Jawid, Zalmai, Najib, Mirwais, Esmatullah`,
  surnames: `Ahmadzai, Popal, Noori, Stanekzai, Wardak, Safi, Hotak, Zadran, Sultani`,
}, { mothersKeepName: true })

export const hebrew = community('hebrew', 0.4, {
  female: `Noa, Tamar, Shira, Talia, Rivka, Chaya-Mushka`,
  male: `Eitan, Yosef, Noam, Avraham, Shmuel, Menachem-Mendel`,
  surnames: `Levy, Cohen-Adler, Ben-David, Friedlander, Rosenfeld, Goldschmidt, Bar-On, Katz`,
}, {
  own: {
    female: 'נועה|Noa, תמר|Tamar, שירה|Shira',
    male: 'איתן|Eitan, נועם|Noam, יוסף|Yosef',
    surnames: 'לוי|Levy, בן־דוד|Ben-David, כץ|Katz',
  },
})
