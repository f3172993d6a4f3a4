using System.Text;

namespace Gatehouse.Tests.Gate;

/// <summary>A body as far as it came, and whether it ended as HTTP says it should.</summary>
internal sealed record WireAnswer(int Status, string Text, bool Broke)
{
    /// <summary>Reads until the end or the break.</summary>
    public static async Task<WireAnswer> ReadAsync(HttpResponseMessage response)
    {
        using var bytes = new MemoryStream();
        var broke = false;
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync();
            await body.CopyToAsync(bytes);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            broke = true;
        }

        return new WireAnswer((int)response.StatusCode, Encoding.UTF8.GetString(bytes.ToArray()), broke);
    }
}
