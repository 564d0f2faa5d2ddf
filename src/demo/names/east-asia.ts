import { community } from './community.ts'

export const cantonese = community('cantonese', 2.4, {
  female: `Hoi Ching, Wing Yan, Tsz Yau, Cheuk Lam, Sum Yuet, Ka Yan, Hei Tung, Pui Shan, Lok Yiu, Yan`,
  male: `Chun Hei, Tsz Hin, Ho Yin, Lok Him, Ka Ho, Pak Yin, Cheuk Hei, Wai Kit, Yat Long, Hin`,
  surnames: `Chan, Wong, Leung, Cheung, Ng, Lam, Lau, Tsang, Kwok, Au-Yeung, Yip, Ho, Mak, Fung, Szeto, O, Hui, Au`,
}, {
  mothersKeepName: true,
  own: {
    female: '凱晴|Hoi Ching, 穎欣|Wing Yan, 芷柔|Tsz Yau, 心悅|Sum Yuet, 樂瑤|Lok Yiu, 卓琳|Cheuk Lam',
    male: '晉熙|Chun Hei, 梓軒|Tsz Hin, 浩然|Ho Yin, 樂謙|Lok Him, 家豪|Ka Ho, 柏賢|Pak Yin',
    surnames: '陳|Chan, 黃|Wong, 梁|Leung, 張|Cheung, 吳|Ng, 林|Lam, 歐陽|Au-Yeung, 郭|Kwok, 曾|Tsang',
  },
})

export const mandarin = community('mandarin', 1.2, {
  female: `Xinyi, Yuxuan, Zihan, Mengyao, Ruoxi, Keqing, Lü, Jiayi, Yue`,
  male: `Haoran, Yichen, Zixuan, Bowen, Junjie, Mingze, Jun, Tianyu, Yu`,
  surnames: `Wang, Li, Zhang, Liu, Chen, Yang, Zhao, Xu, Lü, Ma, He, E, Ouyang, Qiu, Xie, Wu`,
}, {
  mothersKeepName: true,
  own: {
    female: '欣怡|Xinyi, 雨萱|Yuxuan, 梦瑶|Mengyao, 若曦|Ruoxi, 佳怡|Jiayi, 悦|Yue',
    male: '浩然|Haoran, 一辰|Yichen, 博文|Bowen, 俊杰|Junjie, 铭泽|Mingze, 宇|Yu',
    surnames: '王|Wang, 李|Li, 张|Zhang, 刘|Liu, 陈|Chen, 赵|Zhao, 吕|Lü, 欧阳|Ouyang, 谢|Xie',
  },
})

export const vietnamese = community('vietnamese', 1, {
  female: `Thị Mai, Ngọc Ánh, Thùy Dương, Bảo Châu, Khánh Linh, Quỳnh Anh, Mỹ Duyên, Thảo`,
  male: `Minh Đức, Gia Bảo, Quốc Huy, Hoàng Phúc, Đăng Khoa, Tuấn Kiệt, Anh Dũng, Vũ`,
  surnames: `Nguyễn, Trần, Lê, Phạm, Huỳnh, Võ, Đặng, Bùi, Đỗ, Ngô, Lý, Vũ`,
}, { mothersKeepName: true })

export const filipino = community('filipino', 1.1, {
  female: `Althea, Precious, Maria Lourdes, Jhoanna, Angel Mae, Princess Joy, Cherry, Ma. Theresa`,
  male: `John Carlo, Jericho, Mark Angelo, Prince, Jayson, Rafael, Kian, Jose Miguel`,
  surnames: `Dela Cruz, Santos, Reyes, Bautista, Villanueva, Macaraeg, Peñaflor, de los Santos, Dimaculangan, Ocampo, Pangilinan, Uy, Sy`,
})

export const korean = community('korean', 0.4, {
  female: `Seo-yeon, Ji-woo, Ha-eun, Min-seo, Yuna`,
  male: `Min-jun, Do-yun, Ji-ho, Seung-woo, Jun`,
  surnames: `Kim, Park, Choi, Jung, Yoon, Lim, Oh, Seo, Noh`,
}, {
  mothersKeepName: true,
  own: {
    female: '서연|Seo-yeon, 지우|Ji-woo, 하은|Ha-eun, 민서|Min-seo',
    male: '민준|Min-jun, 도윤|Do-yun, 지호|Ji-ho, 승우|Seung-woo',
    surnames: '김|Kim, 박|Park, 최|Choi, 윤|Yoon, 오|Oh',
  },
})

export const japanese = community('japanese', 0.3, {
  female: `Aoi, Himari, Yui, Sakura, Honoka`,
  male: `Haruto, Sōta, Yūto, Ren, Kōki`,
  surnames: `Satō, Suzuki, Watanabe, Kobayashi, Saitō, Ōno, Hayashi, Morimoto`,
}, {
  own: {
    female: '葵|Aoi, 陽葵|Himari, 結衣|Yui, さくら|Sakura',
    male: '陽翔|Haruto, 颯太|Sōta, 蓮|Ren, 悠斗|Yūto',
    surnames: '佐藤|Satō, 渡辺|Watanabe, 小林|Kobayashi, 大野|Ōno',
  },
})
