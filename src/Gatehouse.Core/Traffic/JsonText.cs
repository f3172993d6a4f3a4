using System.Text;
using System.Text.Encodings.Web;

namespace Gatehouse.Core.Traffic;

/// <summary>Strings of JSON, outside a reader or writer.</summary>
internal static class JsonText
{
    /// <summary>A string as a JSON token with its quotes.</summary>
    public static byte[] Quote(string text) =>
        Encoding.UTF8.GetBytes($"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"");
}
