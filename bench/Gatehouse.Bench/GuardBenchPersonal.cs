using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Gatehouse.Core.Guards;

namespace Gatehouse.Bench;

/// <summary>
/// Measures the detectors of personal data and of claims on the labelled sets. A span counts as found when one finding
/// covers at least half of its characters; a finding is right when at least half of it lies in labelled spans.
/// </summary>
internal static class GuardBenchPersonal
{
    // What each type of the sets is called here. The others have no rule.
    private static readonly Dictionary<string, string[]> Structured = new()
    {
        ["CREDIT_CARD"] = ["personal/card"],
        ["PHONE_NUMBER"] = ["personal/phone"],
        ["EMAIL_ADDRESS"] = ["personal/email"],
        ["IBAN_CODE"] = ["personal/iban"],
        ["US_SSN"] = ["personal/us-ssn"],
        ["IP_ADDRESS"] = ["personal/ip"],
    };

    private static readonly Dictionary<string, string[]> Soft = new()
    {
        ["PERSON"] = ["personal/name"],
        ["STREET_ADDRESS"] = ["personal/street-address"],
        ["DATE_TIME"] = ["personal/birth-date"],
    };

    private static readonly Dictionary<string, string[]> Cases = new(Structured)
    {
        ["MAC_ADDRESS"] = ["personal/mac"],
        ["US_ITIN"] = ["personal/us-itin"],
        ["US_MBI"] = ["personal/us-mbi"],
        ["CA_SIN"] = ["personal/ca-sin"],
        ["UK_NHS"] = ["personal/uk-nhs"],
        ["UK_NINO"] = ["personal/uk-nino"],
        ["DE_TAX_ID"] = ["personal/de-tax-id"],
        ["DE_SOCIAL_SECURITY"] = ["personal/de-pension"],
        ["DE_HEALTH_INSURANCE"] = ["personal/de-health"],
        ["DE_ID_CARD"] = ["personal/de-id-card"],
        ["ES_NIF"] = ["personal/es-nif"],
        ["ES_NIE"] = ["personal/es-nie"],
        ["IT_FISCAL_CODE"] = ["personal/it-fiscal-code"],
        ["PL_PESEL"] = ["personal/pl-pesel"],
        ["SE_PERSONNUMMER"] = ["personal/se-personnummer"],
        ["FI_PERSONAL_IDENTITY_CODE"] = ["personal/fi-hetu"],
        ["TR_NATIONAL_ID"] = ["personal/tr-tckn"],
        ["IN_AADHAAR"] = ["personal/in-aadhaar"],
        ["IN_PAN"] = ["personal/in-pan"],
        ["KR_RRN"] = ["personal/kr-rrn"],
        ["KR_FRN"] = ["personal/kr-frn"],
        ["SG_NRIC_FIN"] = ["personal/sg-nric"],
        ["TH_TNIN"] = ["personal/th-id"],
        ["AU_TFN"] = ["personal/au-tfn"],
        ["AU_ABN"] = ["personal/au-abn"],
        ["AU_MEDICARE"] = ["personal/au-medicare"],
        ["ZA_ID_NUMBER"] = ["personal/za-id"],
        ["NG_NIN"] = ["personal/ng-nin"],
        ["PH_MOBILE_NUMBER"] = ["personal/phone"],
        ["TR_PHONE_NUMBER"] = ["personal/phone"],
    };

    private static readonly PersonalDataDetector Detector = new();

    /// <summary>Prints the tables.</summary>
    public static void Run(string data)
    {
        Research(Path.Combine(data, "presidio-research", "synth_dataset_v2.json.gz"));
        Recognisers(Path.Combine(data, "presidio-recognizer-tests", "cases.jsonl.gz"));
        Speed(Path.Combine(data, "alpaca_eval", "gpt4_0613.json.gz"));
    }

    private static void Research(string file)
    {
        using var document = JsonDocument.Parse(ReadAll(file));
        var types = Structured.Concat(Soft).ToDictionary();
        var hit = types.Keys.ToDictionary(static one => one, static _ => 0);
        var all = types.Keys.ToDictionary(static one => one, static _ => 0);
        var right = new SortedDictionary<string, (int Right, int OfType, int All)>(StringComparer.Ordinal);
        foreach (var row in document.RootElement.EnumerateArray())
        {
            var text = Utf16(row.GetProperty("full_text").GetString()!, out var places);
            var found = Look(text);
            var spans = row.GetProperty("spans").EnumerateArray().Select(span => (
                Type: span.GetProperty("entity_type").GetString()!,
                Start: places[span.GetProperty("start_position").GetInt32()],
                End: places[span.GetProperty("end_position").GetInt32()])).ToList();
            foreach (var (type, start, end) in spans.Where(span => types.ContainsKey(span.Type)))
            {
                all[type]++;
                var isFound = found.Any(
                    one => types[type].Contains(one.Rule.Id) && Common(one, start, end) * 2 >= end - start);
                if (isFound)
                    hit[type]++;
                else if (Structured.ContainsKey(type))
                    Miss(type, text, start, end);
            }

            foreach (var one in found)
            {
                var isRight = spans.Sum(span => Common(one, span.Start, span.End)) * 2 >= one.Length;
                var isOfType = spans.Any(span => Common(one, span.Start, span.End) * 2 >= one.Length
                    && types.TryGetValue(span.Type, out var rules) && rules.Contains(one.Rule.Id));
                var count = right.GetValueOrDefault(one.Rule.Id);
                right[one.Rule.Id] =
                    (count.Right + (isRight ? 1 : 0), count.OfType + (isOfType ? 1 : 0), count.All + 1);
                if (!isRight)
                    Miss("not labelled " + one.Rule.Id, text, one.Start, one.End);
            }
        }

        Console.WriteLine("presidio-research synth_dataset_v2");
        foreach (var (type, count) in all)
            Console.WriteLine(Invariant($"  recall {type,-16} {hit[type],4} of {count,4}  {Share(hit[type], count)}"));
        var (hits, labelled) = (Structured.Keys.Sum(one => hit[one]), Structured.Keys.Sum(one => all[one]));
        Console.WriteLine(Invariant($"  recall, structured    {hits} of {labelled}  {Share(hits, labelled)}"));
        foreach (var (rule, count) in right)
            Print(rule, count);
        string[] soft = [.. Soft.Values.SelectMany(static one => one)];
        var hard = right.Where(one => !soft.Contains(one.Key)).Select(static one => one.Value).ToList();
        Print("structured", (hard.Sum(static one => one.Right), hard.Sum(static one => one.OfType),
            hard.Sum(static one => one.All)));

        static void Print(string rule, (int Right, int OfType, int All) count) => Console.WriteLine(
            Invariant($"  precision {rule,-24} {count.Right,4} of {count.All,4}  {Share(count.Right, count.All)}")
            + $", of its type {Share(count.OfType, count.All)}");
    }

    private static void Recognisers(string file)
    {
        var results = new SortedDictionary<string, (int Right, int All)>(StringComparer.Ordinal);
        var skipped = 0;
        foreach (var line in ReadAll(file).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var row = JsonDocument.Parse(line);
            var entities = row.RootElement.GetProperty("entities");
            var entity = entities.ValueKind == JsonValueKind.Array ? entities[0].GetString()! : "";
            var recogniser = row.RootElement.GetProperty("recognizer").GetString()!;
            if (!Cases.TryGetValue(entity, out var rules) || recogniser is "pattern_recognizer")
            {
                skipped++;
                continue;
            }

            var text = row.RootElement.GetProperty("text").GetString()!;
            var expected = row.RootElement.GetProperty("expected_len").GetInt32();
            if (text.Contains("<VALID", StringComparison.Ordinal))
                continue;
            // A number alone says too little of what it is: there any rule counts as long as something is expected.
            var found = Look(text);
            var count = expected > 0 && !text.Contains(' ')
                ? found.Count : found.Count(one => rules.Contains(one.Rule.Id));
            var (right, all) = results.GetValueOrDefault(entity);
            results[entity] = (right + (count == expected ? 1 : 0), all + 1);
            if (count != expected)
                Miss(Invariant($"{entity} {count} not {expected}"), text, 0, text.Length);
        }

        Console.WriteLine(Invariant($"presidio recogniser tests ({skipped} of types without a rule)"));
        foreach (var (type, (right, all)) in results)
            Console.WriteLine(Invariant($"  {type,-26} {right,3} of {all,3}"));
        var (good, cases) = (results.Values.Sum(static one => one.Right), results.Values.Sum(static one => one.All));
        Console.WriteLine(Invariant($"  all  {good} of {cases}  {Share(good, cases)}"));
    }

    private static void Speed(string file)
    {
        using var document = JsonDocument.Parse(ReadAll(file));
        var prose = string.Join('\n', document.RootElement.EnumerateArray().Select(
            static row => row.GetProperty("output").GetString()));
        string[] names = ["prose", "digits", "capitals", "mail-like", "one word"];
        string[] texts =
        [
            prose, Repeat("4012 8888 8888 1882 phone 030 1234567 "), Repeat("Anna Maria Van Der Berg-Smith Of "),
            Repeat("a.b.c.d_e+f-g@x "), Repeat("a-1."),
        ];
        for (var i = 0; i < texts.Length; i++)
        {
            foreach (var detector in (TextDetector[])[Detector, new UnsourcedNumberDetector(PromptNumbers.Of([])),
                new OverconfidenceDetector()])
            {
                var best = double.MaxValue;
                for (var round = 0; round < 15; round++)
                {
                    var started = Stopwatch.GetTimestamp();
                    _ = new TextScan(detector).Look(texts[i], isEnd: true, []);
                    best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalSeconds);
                }

                Console.WriteLine(Invariant(
                    $"{detector.GetType().Name,-24} {names[i],-10} {texts[i].Length / best / 1e6:F1} MB/s"));
            }
        }
    }

    private static string Repeat(string text) =>
        new StringBuilder().Insert(0, text, 1_000_000 / text.Length).ToString();

    private static List<Found> Look(string text)
    {
        var found = new List<Found>();
        _ = new TextScan(Detector).Look(text, isEnd: true, found);
        return found;
    }

    private static int Common(Found one, int start, int end) =>
        Math.Max(0, Math.Min(one.End, end) - Math.Max(one.Start, start));

    // The sets count characters beyond the basic plane as one.
    private static string Utf16(string text, out List<int> places)
    {
        places = [];
        for (var at = 0; at < text.Length; at += char.IsSurrogatePair(text, at) ? 2 : 1)
        {
            places.Add(at);
            if (at + 1 >= text.Length)
                break;
        }

        places.Add(text.Length);
        return text;
    }

    private static void Miss(string what, string text, int start, int end)
    {
        if (Environment.GetEnvironmentVariable("GUARD_BENCH_MISSES") is null)
            return;
        var around = text[Math.Max(0, start - 30)..start] + "[[" + text[start..end] + "]]"
            + text[end..Math.Min(text.Length, end + 20)];
        Console.WriteLine($"    {what}: {around.ReplaceLineEndings("\\n")}");
    }

    private static string Share(int part, int all) => all == 0 ? "-" : Invariant($"{(double)part / all:F3}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string ReadAll(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }
}
