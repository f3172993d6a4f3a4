using System.Text;

namespace Gatehouse.Core.Compose;

/// <summary>Splits a command as a shell would, without running anything.</summary>
internal static class CommandText
{
    /// <summary>The words of a command in either form.</summary>
    public static IEnumerable<string> Words(ComposeNode? node) => node switch
    {
        ComposeNode.Sequence list => list.Items.Select(item => item.Text).OfType<string>(),
        { Text: { } text } => Split(text),
        _ => [],
    };

    private static List<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (quote, isOpen) = ('\0', false);
        for (var i = 0; i < text.Length; i++)
        {
            var sign = text[i];
            if (quote != '\0' && sign == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && sign is '"' or '\'')
            {
                (quote, isOpen) = (sign, true);
            }
            else if (sign == '\\' && quote != '\'' && i + 1 < text.Length)
            {
                word.Append(text[++i]);
            }
            else if (quote == '\0' && char.IsWhiteSpace(sign))
            {
                if (word.Length != 0 || isOpen) words.Add(word.ToString());
                word.Clear();
                isOpen = false;
            }
            else
            {
                word.Append(sign);
            }
        }
        if (word.Length != 0 || isOpen) words.Add(word.ToString());
        return words;
    }
}
