import Testing

@testable import Engine

@Suite("The text of a mail")
struct MailTextTests {
    private static let values: [MailTemplate.Place: String] = [
        .user: "Ann & <Bob>", .team: "{{otp}}", .otp: "123456", .phrase: "", .redirect: "https://a.example/?a=1&b='2'",
    ]

    @Test(
        "places are filled in, and what stands there is no HTML",
        arguments: [
            ("Hello {{user}}", "Hello Ann &amp; &lt;Bob&gt;"),
            ("{{ otp }} {{otp}}{{otp}}", "123456 123456123456"),
            ("<a href=\"{{redirect}}\">x</a>", "<a href=\"https://a.example/?a=1&amp;b=&#39;2&#39;\">x</a>"),
            // What a value holds is not read again.
            ("{{team}}", "{{otp}}"),
            ("{{nothing}} {{}} {{ {{otp}} }}", "{{nothing}} {{}} {{ 123456 }}"),
            ("{{otp", "{{otp"), ("", ""), ("{{ a name that is far too long }}", "{{ a name that is far too long }}"),
            ("[{{phrase}}]", "[]"), ("[{{ip}}]", "[]"),
        ]
    )
    func fillsPlaces(_ template: String, _ expected: String) {
        #expect(MailText(Self.values).message(template) == expected)
    }

    @Test(
        "a paragraph with a place that has no value is left out",
        arguments: [
            ("<p>{{otp}}</p><p>{{phrase}}</p>", "<p>123456</p>"),
            ("a<P class=\"x\">It says {{ip}}.</P>b", "ab"),
            ("<pre>{{phrase}}</pre>", "<pre></pre>"), ("<p>{{nothing}}</p>", "<p>{{nothing}}</p>"),
            ("<p>{{phrase}}", "<p>"), ("<p>a</p>\n<p>{{phrase}} {{otp}}</p>\n<p>b</p>", "<p>a</p>\n<p>b</p>"),
        ]
    )
    func leavesOut(_ template: String, _ expected: String) {
        #expect(MailText(Self.values).message(template) == expected)
    }

    @Test("a subject is one line of plain text")
    func fillsSubjects() {
        let text = MailText([.team: "A & B\r\nBcc: eve@example.org"])
        #expect(text.subject(" Join {{team}} ") == "Join A & B  Bcc: eve@example.org")
    }

    @Test(
        "HTML becomes plain text",
        arguments: [
            ("<p>One</p><p>Two</p>", "One\nTwo"), ("One<br>Two<br/>Three", "One\nTwo\nThree"),
            ("<p>\n  Much \t room\n</p>\n\n<p>here</p>", "Much room\nhere"),
            (
                "<a href=\"https://a.example/?a=1&amp;b=2\">https://a.example/?a=1&amp;b=2</a>",
                "https://a.example/?a=1&b=2"
            ),
            ("See <a class='b' href='https://a.example'>this <b>page</b></a>.", "See this page (https://a.example)."),
            ("<a name=\"x\">Top</a>", "Top"),
            ("<head><title>T</title></head><style>p { color: red }</style><p>Seen</p>", "Seen"),
            ("1 &lt; 2 &amp;&amp; 3 &gt; 2 &quot;&#39;&nbsp;&unknown; & &amp", "1 < 2 && 3 > 2 \"' &unknown; & &amp"),
            ("a < b", "a < b"), ("<p>open", "open"), ("", ""), ("<<>>", ">"), ("é<b>ü</b>", "éü"),
        ]
    )
    func becomesPlain(_ html: String, _ expected: String) {
        #expect(MailPlainText.of(html) == expected)
    }

    @Test(
        "languages have codes",
        arguments: [
            ("de", ["de", "en"]), ("pt-BR", ["pt-br", "pt", "en"]), ("zh_CN", ["zh-cn", "zh", "en"]),
            ("en", ["en"]), ("en-gb", ["en-gb", "en"]),
        ]
    )
    func knowsLocales(_ text: String, _ codes: [String]) {
        #expect(MailLocale(text)?.candidates.map(\.code) == codes)
    }

    @Test(arguments: ["", "e", "english", "d1", "de-", "-de", "de-a", "de-at-x", "de at", "dé", "../x"])
    func knowsNoOthers(_ text: String) {
        #expect(MailLocale(text) == nil)
    }
}
