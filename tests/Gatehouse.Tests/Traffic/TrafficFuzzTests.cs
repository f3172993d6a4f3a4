using System.Buffers;
using System.Text.Json;
using CsCheck;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Traffic;

public sealed class TrafficFuzzTests
{
    private static readonly byte[] Bites = "{}[]\":,\\ \r\n\tdtu0aD8\x00\x7f"u8.ToArray();

    private static readonly byte[][] Requests =
    [
        """{"model":"m","stream":true,"messages":[{"role":"user","content":[{"type":"text","text":"h\u00e9"}]}]}"""u8
            .ToArray(),
        """{"model":"m","tools":[{"type":"mcp"},{"name":"f"}],"stream_options":{"include_usage":null},"input":[]}"""u8
            .ToArray(),
        """{"name":"m","options":{"num_predict":4},"images":["data:x"],"a":[{"\u0063":1e5}],"k\ud83d\ude00":null}"""u8
            .ToArray(),
    ];

    [Fact]
    public void Any_bytes_get_an_inspection_and_what_passes_is_read_alike_by_a_common_parser()
    {
        var taken = 0;
        FixedCases.Check(Mutated(Requests), 30_000, body =>
        {
            foreach (var route in RouteTable.All)
            {
                if (!route.ModelInBody)
                    continue;
                var read = RequestInspector.Inspect(body, route);
                if (read.Refusal is not null)
                    continue;
                taken++;
                using var parsed = JsonDocument.Parse(body);
                Assert.Equal(JsonValueKind.Object, parsed.RootElement.ValueKind);
                using var model = JsonDocument.Parse(body.AsMemory(read.ModelOffset, read.ModelLength));
                Assert.Equal(read.Model, model.RootElement.GetString());
                var asksForStream = parsed.RootElement.TryGetProperty("stream", out var stream)
                    && stream.ValueKind == JsonValueKind.True;
                if (asksForStream)
                    Assert.Equal(route.Framing != StreamFraming.None, read.Stream);
                var output = Splicer.Apply(body, read.Splices("u", mayAskForUsage: true)).ToArray();
                Assert.Null(RequestInspector.Inspect(output, route).Refusal);
            }
        });
        Assert.InRange(taken, 5_000, 300_000);
    }

    [Fact]
    public void Any_bytes_are_a_stream_that_reads_alike_whole_and_in_pieces()
    {
        var seeds = StreamFixtures.All.Select(fixture => fixture.Bytes).ToArray();
        var routes = RouteTable.All.Where(route => route.Framing != StreamFraming.None).ToArray();
        var cases = Gen.Select(Mutated(seeds), Gen.Int[0, routes.Length - 1], Gen.Int[1, 40]);
        FixedCases.Check(cases, 10_000, sample =>
        {
            var (bytes, route, size) = sample;
            var whole = ReadStream.Of(routes[route], bytes);
            Assert.True(whole.IsWireWhole);
            Assert.Equal(whole, ReadStream.Of(routes[route], [.. bytes.Chunk(size)]));
        });
    }

    [Fact]
    public void Any_bytes_are_an_answer_that_is_read_or_not()
    {
        var plain = "{\"model\":\"m\",\"usage\":{\"input_tokens\":1}}"u8.ToArray();
        byte[][] seeds = [.. StreamFixtures.All.Select(fixture => fixture.Bytes), plain];
        var readable = 0;
        FixedCases.Check(Mutated(seeds), 40_000, body =>
        {
            var facts = AnswerReader.Read(body, RouteTable.Of(Endpoint.OpenAIChat));
            if (facts.IsReadable)
                readable++;
            else
                Assert.Equal(new AnswerFacts(), facts);
        });
        Assert.True(readable > 100);
    }

    [Fact]
    public void Any_path_has_a_listed_route_or_none()
    {
        string[] pieces = ["/v1", "/models/", "/chat", "%2f", "..", "/", "//", "a:b", "%", "\0", "é", "%2e", "x"];
        var paths = Gen.Int[0, pieces.Length - 1].Array[0, 6]
            .Select(some => string.Concat(some.Select(at => pieces[at])));
        FixedCases.Check(paths, 40_000, path =>
        {
            var route = RouteTable.Match("GET", path, anthropicVersionHeader: false);
            if (route is null || !route.NameInPath)
                return;
            var name = route.NameIn(path);
            Assert.NotNull(name);
            Assert.DoesNotContain("..", name, StringComparison.Ordinal);
            Assert.DoesNotContain("//", name, StringComparison.Ordinal);
        });
    }

    /// <summary>A seed with a few bytes changed, put in, taken out or doubled.</summary>
    private static Gen<byte[]> Mutated(byte[][] seeds)
    {
        var edit = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 100_000], Gen.Int[0, 12], Gen.Int[0, 511]);
        return Gen.Select(Gen.Int[0, seeds.Length - 1], edit.Array[0, 4], (seed, edits) =>
        {
            var bytes = seeds[seed].ToList();
            foreach (var (kind, where, length, what) in edits)
            {
                var at = where % (bytes.Count + 1);
                var until = Math.Min(bytes.Count, at + length);
                switch (kind)
                {
                    case 0: bytes.Insert(at, what < 256 ? (byte)what : Bites[what % Bites.Length]); break;
                    case 1: bytes.RemoveRange(at, until - at); break;
                    case 2: bytes.InsertRange(at, bytes.GetRange(at, until - at)); break;
                    default: bytes.InsertRange(where / 3 % (bytes.Count + 1), bytes.GetRange(at, until - at)); break;
                }
            }
            return bytes.ToArray();
        });
    }
}
