using Gatehouse.Core.Guards;

namespace Gatehouse.Tests.Guards;

/// <summary>Credentials are found, as long as they are and nothing else, wherever a stream is cut.</summary>
public sealed class SecretDetectorTests
{
    private static readonly SecretDetector Detector = new();

    // Random-looking values are put together here: a scanner of this repository would report them as a whole.
    private const string Hex = "3f8a1c09d7" + "e24b56a0c8f1d29e7b4a65";

    // A text, with the part that must be found in pointed brackets.
    private static readonly string[] Found =
    [
        "DB_PASSWORD=‹h7Kq!pR2v›\nDEBUG=1", "password: \"‹correct9 horse›\"", "my password is ‹Tr0ub4dor&3›, thanks",
        "das Passwort lautet ‹Sommer2019!› und", "login --password ‹s3cr3tX9›", $"api_key: '‹{Hex}›'",
        $"{{\"accessToken\": \"‹{Hex}›\"}}", $"curl -H 'X-Api-Key: ‹{Hex}›' http://nas.lan",
        $"Authorization: Token ‹{Hex}›", "Authorization: Basic ‹YW5uYTpoN0txcFIydg==›",
        "postgres://app:‹h7KqpR2v›@db.lan:5432/app", "amqp://u:‹p%40ss9›@mq",
        "curl -s -u 'anna:‹h7KqpR2v›' http://nas.lan",
        $"github_token = {'"'}‹{Hex}a1b2c3d4›{'"'}", $"\\nOPENWEATHER_KEY=‹{Hex}›\\n",
        "Server=db;User Id=sa;Password=‹h7KqpR2v!›;Encrypt=yes",
    ];

    private static readonly string[] Clean =
    [
        "", "The password must have at least 12 characters.", "password = \"changeme\"", "API_KEY=<your key>",
        "api_key = ${API_KEY}", "token: xxxxxxxxxxxxxxxxxxxxxxxx", "secret_length = X25519.secret_length",
        "https://user:password@example.com/", "https://example.com:8080/a@b", "Bearer tokens are sent in a header.",
        "basic understanding of tokens", "public_key = \"" + Hex + "\"", "csrf-token=" + Hex,
        "password = get_password1()",
        "aws_access_key: AKIA" + "IOSFODNN7EXAMPLE", "ghp_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "commit " + Hex + "a1b2c3d4", "Gitea commit: " + Hex + "a1b2c3d4", "curl -u username:token http://x",
        "curl -u \"$USER:$PASS\" http://x",
        "-----BEGIN " + "PRIVATE KEY-----\nanything\n-----END " + "PRIVATE KEY-----",
        "it begins with -----BEGIN " + "PRIVATE KEY----- and then base 64 follows", "gth_" + new string('a', 52),
        "password: string;", "token_url = https://id.lan/oauth/token1",
    ];

    public static TheoryData<string> Examples => [.. Detector.Rules.Select(rule => rule.Id)];

    public static TheoryData<string> Positives => [.. Found];

    public static TheoryData<string> Negatives => [.. Clean];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Each_rule_finds_its_example_wherever_it_is_cut(string id)
    {
        var rule = Detector.Rules.Single(one => one.Id == id);

        Assert.Contains(SplitText.Whole(Detector, $"see {rule.Example} there"), one => one.Rule == rule);
        var text = rule.Example.Length <= 400 ? rule.Example : rule.Example[..400];
        SplitText.SameWhereverItIsCut(Detector, $"a {text}, b");
        SplitText.SameWhereverItIsCut(Detector, text);
    }

    [Theory]
    [MemberData(nameof(Positives))]
    public void The_value_is_found_and_nothing_around_it(string marked)
    {
        var text = marked.Replace("‹", "", StringComparison.Ordinal).Replace("›", "", StringComparison.Ordinal);
        var start = marked.IndexOf('‹', StringComparison.Ordinal);

        var one = Assert.Single(SplitText.Whole(Detector, text));

        Assert.Equal((start, marked.IndexOf('›', StringComparison.Ordinal) - 1), (one.Start, one.End));
        SplitText.SameWhereverItIsCut(Detector, text);
    }

    [Theory]
    [MemberData(nameof(Negatives))]
    public void What_is_no_secret_is_not_found(string text)
    {
        Assert.Empty(SplitText.Whole(Detector, text));
        SplitText.SameWhereverItIsCut(Detector, text);
    }

    [Fact]
    public void Random_pieces_find_what_the_whole_finds()
    {
        string[] parts = [.. Found.Select(one => one.Trim('‹', '›')), .. Clean, "eyJ", "-----BEGIN ", "ab1Q~", " -u",
            "://"];
        var random = new Random(13);
        for (var round = 0; round < 500; round++)
        {
            var text = string.Concat(Enumerable.Range(0, 4).Select(_ => parts[random.Next(parts.Length)]));
            int[] cuts = [.. Enumerable.Range(0, text.Length).Where(_ => random.Next(4) == 0)];
            SplitText.SameAsWhole(Detector, text, cuts);
        }
    }

    [Fact]
    public void A_key_without_an_end_is_found_and_does_not_wait_for_ever()
    {
        var text = "-----BEGIN " + "PRIVATE KEY-----\n"
            + string.Concat(Enumerable.Repeat("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIB\n", 2_000));
        var (scan, found) = (new TextScan(Detector), new List<Found>());

        var safe = scan.Look(text, isEnd: false, found);

        Assert.Equal("secret/private-key", Assert.Single(found).Rule.Id);
        Assert.True(safe > 30_000);
        SplitText.SameAsWhole(Detector, text, [.. Enumerable.Range(1, 90).Select(i => i * 997)]);
    }

    [Fact]
    public void Examples_have_ids_of_their_own_and_sources()
    {
        Assert.Equal(Detector.Rules.Count, Detector.Rules.Select(rule => rule.Id).Distinct().Count());
        Assert.All(Detector.Rules, rule => Assert.NotEqual("", rule.Source));
    }

    [Fact]
    public void The_labelled_sets_are_found_as_well_as_is_published()
    {
        var rows = (from set in new[] { "gitleaks", "betterleaks" }
                    from row in LabelledSets.Rows(set, "examples.jsonl.gz")
                    let isFound = SplitText.Whole(Detector, row.GetProperty("text").GetString()!).Count > 0
                    select (IsSecret: row.GetProperty("label").GetInt32() == 1, isFound)).ToList();

        Assert.True(rows.Where(row => row.IsSecret).Average(row => row.isFound ? 1.0 : 0) >= 0.92);
        Assert.True(rows.Where(row => !row.IsSecret).Average(row => row.isFound ? 1.0 : 0) <= 0.08);
    }
}
