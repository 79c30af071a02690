type Count = (count: number) => string

/** Every sentence the theme itself says, in one language. */
interface Words {
  skip: string
  menu: string
  posts: string
  notes: string
  products: string
  allPosts: string
  allNotes: string
  allProducts: string
  allTags: string
  tags: string
  newer: string
  older: string
  previous: string
  next: string
  pages: string
  contents: string
  toContents: string
  onThisPage: string
  updated: string
  minutes: Count
  comments: Count
  noComments: string
  closed: string
  respond: string
  reply: string
  replyTo: (author: string) => string
  to: string
  deleted: string
  deletedOne: string
  owner: string
  name: string
  email: string
  emailHint: string
  text: string
  textHint: string
  leaveEmpty: string
  send: string
  available: string
  unavailable: string
  order: string
  see: string
  elsewhere: string
  feed: string
  notFound: string
  notFoundText: string
  home: string
  empty: string
}

const plural = (language: string, forms: Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>): Count => {
  const rules = new Intl.PluralRules(language)
  const number = new Intl.NumberFormat(language)
  return (count) => `${number.format(count)} ${forms[rules.select(count)] ?? forms.other}`
}

const en: Words = {
  skip: 'Skip to the content',
  menu: 'Main',
  posts: 'Posts',
  notes: 'Notes',
  products: 'Shop',
  allPosts: 'All posts',
  allNotes: 'All notes',
  allProducts: 'The whole shop',
  allTags: 'All tags',
  tags: 'Tags',
  newer: 'Newer',
  older: 'Older',
  previous: 'Previous',
  next: 'Next',
  pages: 'Pages',
  contents: 'Contents',
  toContents: 'Contents',
  onThisPage: 'On this page',
  updated: 'updated',
  minutes: plural('en', { one: 'minute', other: 'minutes' }),
  comments: plural('en', { one: 'comment', other: 'comments' }),
  noComments: 'No comments yet',
  closed: 'Comments are closed.',
  respond: 'Leave a comment',
  reply: 'Reply',
  replyTo: (author) => `Reply to ${author}`,
  to: 'to',
  deleted: 'This comment was deleted.',
  deletedOne: 'a deleted comment',
  owner: 'Author',
  name: 'Name',
  email: 'E-mail',
  emailHint: 'optional, never shown',
  text: 'Comment',
  textHint: 'Markdown is welcome.',
  leaveEmpty: 'Leave this field empty',
  send: 'Send',
  available: 'Available',
  unavailable: 'Sold out',
  order: 'Order',
  see: 'View',
  elsewhere: 'Elsewhere',
  feed: 'Feed',
  notFound: 'Nothing is here',
  notFoundText: 'The page may have moved, or the address is mistyped.',
  home: 'Go to the home page',
  empty: 'Nothing here yet.',
}

const ru: Words = {
  skip: 'К содержанию',
  menu: 'Главное меню',
  posts: 'Записи',
  notes: 'Заметки',
  products: 'Лавка',
  allPosts: 'Все записи',
  allNotes: 'Все заметки',
  allProducts: 'Вся лавка',
  allTags: 'Все метки',
  tags: 'Метки',
  newer: 'Новее',
  older: 'Старше',
  previous: 'Назад',
  next: 'Дальше',
  pages: 'Страницы',
  contents: 'Оглавление',
  toContents: 'К оглавлению',
  onThisPage: 'На этой странице',
  updated: 'обновлено',
  minutes: plural('ru', { one: 'минута', few: 'минуты', many: 'минут', other: 'минуты' }),
  comments: plural('ru', { one: 'комментарий', few: 'комментария', many: 'комментариев', other: 'комментария' }),
  noComments: 'Комментариев пока нет',
  closed: 'Комментарии закрыты.',
  respond: 'Написать комментарий',
  reply: 'Ответить',
  replyTo: (author) => `Ответить: ${author}`,
  to: 'в ответ:',
  deleted: 'Комментарий удалён.',
  deletedOne: 'удалённый комментарий',
  owner: 'Автор',
  name: 'Имя',
  email: 'Почта',
  emailHint: 'по желанию, нигде не видна',
  text: 'Комментарий',
  textHint: 'Можно писать в Markdown.',
  leaveEmpty: 'Оставьте это поле пустым',
  send: 'Отправить',
  available: 'Есть в наличии',
  unavailable: 'Распродано',
  order: 'Заказать',
  see: 'Посмотреть',
  elsewhere: 'Где ещё найти',
  feed: 'Лента',
  notFound: 'Здесь ничего нет',
  notFoundText: 'Страница могла переехать, или в адресе ошибка.',
  home: 'На главную',
  empty: 'Пока ничего.',
}

const CATALOGUE: Readonly<Record<string, Words>> = { en, ru }

/** The theme's words in the site's language (`en-GB` → `en`), else in English. */
export function wordsOf(site: { readonly language: string }): Words {
  return CATALOGUE[site.language.toLowerCase().split('-')[0] ?? ''] ?? en
}
