using System.Globalization;
using Gatehouse.Bench;

switch (args)
{
    case ["append", var home, var lanes, var seconds, var bytes]:
        await LedgerBench.AppendAsync(home, Number(lanes), Number(seconds), Number(bytes));
        return 0;
    case ["encode", var home, var rounds]:
        LedgerBench.Encode(home, Number(rounds));
        return 0;
    case ["verify", var home]:
        LedgerBench.Verify(home, withPayloads: false);
        return 0;
    case ["verify-payloads", var home]:
        LedgerBench.Verify(home, withPayloads: true);
        return 0;
    case ["attribution", var calls]:
        AttributionBench.Run(Number(calls));
        return 0;
    case ["guard", var data]:
        GuardBench.Run(data);
        return 0;
    case ["guard", var data, var set, .. var missed]:
        GuardBench.Show(data, set, missed is ["missed"]);
        return 0;
    case ["guard-personal", var data]:
        GuardBenchPersonal.Run(data);
        return 0;
    default:
        Console.Error.WriteLine(
            "append HOME LANES SECONDS PAYLOAD-BYTES | verify HOME | verify-payloads HOME | attribution CALLS"
            + " | guard FOLDER [SET [missed]] | guard-personal FOLDER");
        return 2;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
