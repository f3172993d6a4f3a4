using CsCheck;

namespace Gatehouse.Tests.Traffic;

/// <summary>
/// Property cases that are the same in every run: CsCheck's own seed fixes only the first case of a sample.
/// </summary>
internal static class FixedCases
{
    private const ulong Seed = 20261123;

    public static void Check<T>(Gen<T> cases, int count, Action<T> check)
    {
        var chance = new PCG(7, Seed);
        for (var i = 0; i < count; i++)
            check(cases.Generate(chance, null, out _));
    }
}
