import { afterEach, describe, expect, test } from 'vitest'
import { formsOf } from '../../src/features/forms.ts'
import type { GatewayOptions } from '../../src/gateway/types.ts'
import { FRAME_SLOT } from '../../src/protocol/page-frame.ts'
import type { Receipt } from '../../src/protocol/types.ts'
import { applied, type Fixture, fixture, form, json } from './fixture.ts'

const open: Fixture[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

const RUSSIAN = { own: 'ru', others: ['en'], words: {} }
const ENGLISH = { own: 'en', others: ['ru', 'de'], words: { de: { titleProblem: 'Das geht so nicht', name: 'Ihr Name' } } }

/** A site of these languages, with the forms that there are. */
function gateway(options: Partial<GatewayOptions>): Fixture {
  const made = fixture({
    forms: formsOf(),
    frame: async (language) => `<html lang="${language}"><title></title>${FRAME_SLOT}`,
    ...options,
  })
  open.push(made)
  for (const language of ['', 'en/', 'ru/', 'de/']) made.publish(`${language}posts/hello/index.html`, '<h1>Hello</h1>')
  return made
}

const comment = (fields: Readonly<Record<string, string>> = {}) =>
  form({ page: '/posts/hello/', name: 'Аня', email: '', text: 'Привет', ...fields })

async function sent(site: Fixture, kind: string, request: RequestInit): Promise<{ status: number; page: string }> {
  const response = await site.app.request(`/-/${kind}`, request, { incoming: { socket: { remoteAddress: '203.0.113.1' } } })
  return { status: response.status, page: await response.text() }
}

describe('On a Russian site', () => {
  test('a refused comment and its form are Russian', async () => {
    const { status, page } = await sent(
      gateway({ languages: RUSSIAN }),
      'comment.create',
      comment({ name: '', email: 'nowhere' }),
    )

    expect(status).toBe(422)
    expect(page).toContain('<html lang="ru"><title>Так не получится</title>')
    expect(page).toContain('<p>Пока это отправить нельзя: комментарий.</p>')
    expect(page).toContain('<a href="#name">Укажите имя.</a>')
    expect(page).toContain('<strong class="error" id="email-error">Это не похоже на адрес почты.</strong>')
    expect(page).toMatch(/<label>Имя .*<label>Почта <small>по желанию, нигде не видна<\/small>/s)
    expect(page).toContain('>Отправить</button>')
    expect(page).toContain('>Вернуться на страницу</a>')
    expect(page).not.toContain('<div lang=')
    // Tags, names and addresses aside, no English is left.
    expect(page.replace(/<[^>]*>|Markdown/g, ' ')).not.toMatch(/[a-z]{3}/i)
  })

  test('a field that no browser leaves out is told of in general', async () => {
    const { page } = await sent(gateway({ languages: RUSSIAN }), 'comment.create', form({ page: '/posts/hello/', text: 'x' }))

    expect(page).toContain('<a href="#name">Одно из полей не заполнено или заполнено не так, как нужно.</a>')
  })

  test('a bound is told with its number', async () => {
    const { page } = await sent(gateway({ languages: RUSSIAN }), 'comment.create', comment({ text: 'я'.repeat(8001) }))

    expect(page).toContain('В комментарии может быть не больше 8\u00a0000 символов.')
  })

  test('a refused order and its form are Russian', async () => {
    const order = form({ page: '/posts/hello/', sku: 'LAMP', quantity: '0', name: 'Аня', email: '', country: '' })
    const { status, page } = await sent(gateway({ languages: RUSSIAN }), 'order.create', order)

    expect(status).toBe(422)
    expect(page).toContain('<p>Пока это отправить нельзя: заказ.</p>')
    expect(page).toContain('Укажите адрес почты.')
    expect(page).toContain('Количество: LAMP')
    expect(page).toContain('Страна <small>две буквы, например DE</small>')
    expect(page).toContain('>Оформить заказ</button>')
  })

  test('what the machine refuses is Russian, and so is what is at fault with it', async () => {
    const site = gateway({ languages: RUSSIAN })
    site.outcome = (id): Receipt => ({
      write: id,
      status: 'rejected',
      code: 'out-of-stock',
      message: 'Not all of this can be had any more, so nothing was ordered.',
      saying: { key: 'notAllLeft' },
      hint: 'Change the order and send it again.',
      hintSaying: { key: 'notAllLeftHint' },
      problems: [
        {
          where: 'n-LAMP',
          rule: 'shop/out-of-stock',
          message: 'Of Лампа (LAMP) only 3 are left.',
          saying: { key: 'left', values: { what: 'Лампа (LAMP)', count: 3 } },
          severity: 'error',
        },
      ],
    })
    const order = form({ page: '/posts/hello/', sku: 'LAMP', quantity: '5', name: 'Аня', email: 'a@example.org' })

    const { status, page } = await sent(site, 'order.create', order)

    expect(status).toBe(409)
    expect(page).toContain('Не всё из этого ещё есть в наличии, поэтому ничего не заказано.')
    expect(page).toContain('<p>Измените заказ и отправьте ещё раз.</p>')
    expect(page).toContain('<a href="#n-LAMP">Лампа (LAMP): осталось только 3 штуки.</a>')
  })

  test('what a machine of another version refuses in English is told by its code', async () => {
    const site = gateway({ languages: RUSSIAN })
    site.outcome = (id) => ({ write: id, status: 'rejected', code: 'page-unknown', message: 'Gone.', hint: 'Look elsewhere.' })

    const { status, page } = await sent(site, 'comment.create', comment())

    expect(status).toBe(404)
    expect(page).toContain('<p>Этой страницы здесь нет.</p>')
    expect(page).not.toMatch(/Gone|elsewhere/)
  })

  test('what a machine of another version refuses in words of its own is told by its code, and in English as it came', async () => {
    const refusal = { status: 'rejected', code: 'page-unknown', message: 'Gone.', hint: 'Look elsewhere.' } as const
    const outcome = (write: string): Receipt => ({
      write,
      ...refusal,
      saying: { key: 'of-the-future' },
      hintSaying: { key: 'of-the-future-too' },
    })
    const [russian, english] = [gateway({ languages: RUSSIAN }), gateway({ languages: ENGLISH })]
    for (const site of [russian, english]) site.outcome = outcome
    const { page, name, text } = { page: '/posts/hello/', name: 'Ann', text: 'x' }

    expect((await sent(russian, 'comment.create', comment())).page).toContain('<p>Этой страницы здесь нет.</p>')
    expect((await sent(english, 'comment.create', comment())).page).toMatch(/<p>Gone\.<\/p>\s*<p>Look elsewhere\.<\/p>/)
    const program = await english.app.request('/-/comment.create', json({ page, name, text }))
    expect(await program.json()).toMatchObject({ error: { message: 'Gone.', hint: 'Look elsewhere.' } })
  })

  test('too many writes are told of in Russian, with the minutes', async () => {
    const site = gateway({ languages: RUSSIAN, limits: { writesPerHour: null, writesPerNetwork: 2 } })
    await sent(site, 'comment.create', comment())

    const { status, page } = await sent(site, 'comment.create', comment({ text: 'Ещё' }))

    expect(status).toBe(429)
    expect(page).toContain('<title>Пока не отправлено</title>')
    expect(page).toContain('Из вашей сети недавно отправлено больше, чем принимается из одной.')
    expect(page).toContain('отправьте ещё раз примерно через 60 минут.')
    expect(page).toMatch(/<textarea[^>]*>\nЕщё<\/textarea>/)
  })

  test('the page that asks for a proof is Russian', async () => {
    const site = gateway({ languages: RUSSIAN })
    site.heldMs = 60_000

    const { status, page } = await sent(site, 'comment.create', comment())

    expect(status).toBe(429)
    expect(page).toContain('<h1 id="error-title">Одну минуту</h1>')
    expect(page).toContain('нужно отличить людей от роботов')
    expect(page).toContain('<script src="/-/proof.js" defer></script>')
  })

  test('where wakes are spent, what is accepted waits on a Russian page', async () => {
    const site = gateway({ languages: RUSSIAN })
    site.outcome = () => null

    const { status, page } = await sent(site, 'comment.create', comment())

    expect(status).toBe(202)
    expect(page).toContain('<h1>Уже в пути: комментарий</h1>')
    expect(page).toContain('>Проверить сейчас</a>')
    const address = /<a href="(\/-\/writes\/[^"]+)">/.exec(page)?.[1] ?? ''
    expect(await (await site.app.request(address)).text()).toContain('<h1>Уже в пути: комментарий</h1>')
  })

  test('what has no page to look at is done in Russian', async () => {
    const site = gateway({ languages: RUSSIAN })
    site.outcome = (id) => ({ write: id, status: 'applied' })

    const { status, page } = await sent(site, 'comment.create', comment())

    expect(status).toBe(200)
    expect(page).toContain('<h1>Готово</h1><p>Получено: комментарий.</p>')
  })

  test.each(['/-/writes/none', '/-/nothing/at/all', '/-/'])('nothing is found at %s in Russian', async (address) => {
    const response = await gateway({ languages: RUSSIAN }).app.request(address)

    expect(response.status).toBe(404)
    expect(await response.text()).toMatch(/<h1 id="error-title">Не найдено<\/h1>\s*<p>[А-Я]/)
  })

  test('a page that is gone is not found in Russian', async () => {
    const { status, page } = await sent(gateway({ languages: RUSSIAN }), 'comment.create', comment({ page: '/posts/gone/' }))

    expect(status).toBe(404)
    expect(page).toContain('Страницы, для которой это написано, здесь нет.')
  })

  test('a form of another site’s is refused in Russian', async () => {
    const request = form({ page: '/posts/hello/' }, { Origin: 'https://evil.example' })

    expect((await sent(gateway({ languages: RUSSIAN }), 'comment.create', request)).page).toContain(
      'Эта форма отправлена со страницы другого сайта.',
    )
  })

  test('a program is told in English, with codes', async () => {
    const site = gateway({ languages: RUSSIAN })

    const response = await site.app.request('/-/comment.create', json({ page: '/posts/hello/', name: '', text: 'x' }))

    expect(await response.json()).toEqual({
      error: {
        code: 'form-invalid',
        message: 'This comment can’t be sent yet.',
        problems: [{ where: 'name', rule: 'form/invalid', message: 'Please give a name.', severity: 'error' }],
      },
    })
  })

  test('a program that asks what became of a write is told in English', async () => {
    const site = gateway({ languages: RUSSIAN })
    site.outcome = () => null
    const response = await site.app.request('/-/comment.create', json({ page: '/posts/hello/', name: 'Ann', text: 'x' }))
    const { id } = (await response.json()) as { id: string }
    const problem = { where: 'text', rule: 'r', message: 'No.', severity: 'error' } as const
    const refusal = { write: id, status: 'rejected', code: 'page-unknown', message: 'Gone.', hint: 'Go.' } as const
    const noPage = { key: 'noPageAt', values: { path: '/' } }
    site.finish({ ...refusal, saying: noPage, hintSaying: noPage, problems: [{ ...problem, saying: noPage }] })

    const status = await site.app.request(`/-/writes/${id}`, { headers: { Accept: 'application/json' } })

    expect(await status.json()).toMatchObject({ receipt: { ...refusal, problems: [problem] } })
  })
})

describe('On a site of several languages', () => {
  test.each([
    ['/posts/hello/', 'en', 'There is a problem'],
    ['/ru/posts/hello/', 'ru', 'Так не получится'],
    ['/de/posts/hello/', 'de', 'Das geht so nicht'],
    ['/russia/', 'en', 'There is a problem'],
    ['/fr/posts/hello/', 'en', 'There is a problem'],
  ])('the answer to a form at %s is in the language of that page, %s', async (path, language, title) => {
    const { page } = await sent(gateway({ languages: ENGLISH }), 'comment.create', comment({ page: path, name: '' }))

    expect(page).toContain(`<html lang="${language}"><title>${title}</title>`)
  })

  test('the page that waits, loaded again, is in the language of the page that was written to', async () => {
    const site = gateway({ languages: ENGLISH })
    site.outcome = () => null
    const response = await site.app.request('/-/comment.create', comment({ page: '/ru/posts/hello/' }))

    const again = await site.app.request(response.headers.get('Location') ?? '')

    expect(await again.text()).toContain('<html lang="ru"><title>Уже в пути: комментарий</title>')
  })

  test('where no page is named, the one that the visitor comes from counts', async () => {
    const site = gateway({ languages: ENGLISH })

    const response = await site.app.request('/-/comment.edit', { headers: { Referer: 'https://example.org/ru/posts/hello/' } })

    expect(await response.text()).toContain('<html lang="ru">')
  })

  test('a refused change of a comment is in the language of the page that it is on', async () => {
    const change = form({ number: '1', write: 'w', page: '/ru/posts/hello/', text: '' })

    const { status, page } = await sent(gateway({ languages: ENGLISH }), 'comment.edit', change)

    expect(status).toBe(422)
    expect(page).toContain('<html lang="ru"><title>Так не получится</title>')
    expect(page).toContain('<p>Пока это отправить нельзя: изменение.</p>')
    expect(page).toContain('>Сохранить</button>')
  })

  test('what the machine refuses of a change is in the language of that page too, and so is what is on its way', async () => {
    const site = gateway({ languages: ENGLISH })
    const create = await site.app.request('/-/comment.create', comment({ page: '/ru/posts/hello/' }))
    const cookie = create.headers.get('Set-Cookie')?.split(';')[0] ?? ''
    const [, write = ''] = /=([\w-]+)\./.exec(cookie) ?? []
    const change = (text: string) => form({ number: '1', write, page: '/ru/posts/hello/', text }, { Cookie: cookie })

    site.outcome = (id) => ({
      write: id,
      status: 'rejected',
      code: 'edit-refused',
      message: 'Over.',
      saying: { key: 'editOver' },
    })
    const refused = await sent(site, 'comment.edit', change('Раз'))
    site.outcome = () => null
    const waiting = await sent(site, 'comment.edit', change('Два'))

    expect(refused).toMatchObject({
      status: 403,
      page: expect.stringContaining('<html lang="ru"><title>Так не получится</title>'),
    })
    expect(refused.page).toContain('Время, когда этот комментарий можно было изменить, вышло.')
    expect(refused.page).toContain('>Сохранить</button>')
    expect(waiting).toMatchObject({ status: 202, page: expect.stringContaining('<h1>Уже в пути: изменение</h1>') })
  })

  test('words of the site’s own go before ours, and labels are those of its pages', async () => {
    const { page } = await sent(
      gateway({ languages: ENGLISH }),
      'comment.create',
      comment({ page: '/de/posts/hello/', name: '' }),
    )

    expect(page).toContain('<h1 id="error-title">Das geht so nicht</h1>')
    expect(page).toContain('<label>Ihr Name ')
    expect(page).toContain('Please give a name.')
  })
})

describe('On a site of a language that is not spoken here', () => {
  const languages = { own: 'fi', others: [], words: {} }

  test('sentences are English and marked as such within the site’s frame', async () => {
    const { page } = await sent(gateway({ languages }), 'comment.create', comment({ name: '' }))

    expect(page).toContain('<html lang="fi"><title>There is a problem</title><div lang="en"><section')
  })

  test('a page without a frame is English', async () => {
    const { page } = await sent(gateway({ languages, frame: async () => null }), 'comment.create', comment({ name: '' }))

    expect(page).toContain('<html lang="en">')
  })
})

test('Without anything said about languages the gateway speaks English', async () => {
  const site = gateway({})
  site.outcome = applied

  expect((await sent(site, 'comment.create', comment({ name: '' }))).page).toContain('Please give a name.')
})
