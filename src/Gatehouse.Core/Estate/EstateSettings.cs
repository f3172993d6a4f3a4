using System.Text;

namespace Gatehouse.Core.Estate;

/// <summary>The table of settings as the documents show it, generated from the table of keys.</summary>
internal static class EstateSettings
{
    /// <summary>Markdown with one table for each top-level key that has keys below it.</summary>
    public static string Markdown()
    {
        var text = new StringBuilder();
        text.Append("# Settings\n\nEvery key of `gatehouse.yaml`, generated from the program's own table; ");
        text.Append("[the schema](schema/estate.schema.json) says the same to editors.\n\n");
        text.Append("`NAME` is a name that you choose, `[]` an item of a list. ");
        text.Append("A key without a default is off when absent, unless it is **required**.\n");
        Table(text, "The file", EstateKeys.Section.Settings.Select(setting => (setting.Name, setting)));
        foreach (var setting in EstateKeys.Section.Settings)
        {
            if (setting.Shape.Section is not null)
                Table(text, $"`{setting.Name}`", Below(setting.Name + setting.Shape.PathSuffix, setting.Shape.Section));
        }
        return text.ToString();
    }

    /// <summary>Every key with its full path, the sections before the keys inside them.</summary>
    public static IEnumerable<(string Path, SettingKey Setting)> All() =>
        EstateKeys.Section.Settings.SelectMany(setting => With(setting.Name, setting));

    private static IEnumerable<(string Path, SettingKey Setting)> Below(string path, SectionShape section) =>
        section.Settings.SelectMany(setting => With($"{path}.{setting.Name}", setting));

    private static IEnumerable<(string Path, SettingKey Setting)> With(string path, SettingKey setting) =>
        setting.Shape.Section is { } section
            ? Below(path + setting.Shape.PathSuffix, section).Prepend((path, setting)) : [(path, setting)];

    private static void Table(StringBuilder text, string title, IEnumerable<(string Path, SettingKey Setting)> rows)
    {
        text.Append($"\n## {title}\n\n| Key | What it does | Value | Range | Default | Why |\n");
        text.Append("|---|---|---|---|---|---|\n");
        foreach (var (path, setting) in rows)
        {
            var fallback = setting.Required ? "**required**" : setting.DefaultText ?? "";
            string[] cells = [$"`{path}`", setting.Summary, setting.Shape.Expected, setting.Shape.Range, fallback,
                setting.Source ?? ""];
            var shown = cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal));
            text.Append($"| {string.Join(" | ", shown)} |\n");
        }
    }
}
