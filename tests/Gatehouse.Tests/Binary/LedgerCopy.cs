using Microsoft.Data.Sqlite;

namespace Gatehouse.Tests.Binary;

/// <summary>A copy of a stopped home, for a test to tamper with as anyone with the files can: with SQLite.</summary>
internal sealed class LedgerCopy : IDisposable
{
    private LedgerCopy(string path) => HomePath = path;

    public string HomePath { get; }

    public string LedgerFile => Path.Combine(HomePath, "ledger.db");

    public static LedgerCopy Of(string home)
    {
        var copy = new LedgerCopy(Directory.CreateTempSubdirectory("gatehouse-copy-").FullName);
        foreach (var folder in Directory.EnumerateDirectories(home))
            Directory.CreateDirectory(Path.Combine(copy.HomePath, Path.GetFileName(folder)));
        foreach (var file in Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(copy.HomePath, Path.GetRelativePath(home, file)));
        return copy;
    }

    /// <summary>Runs SQL on the database; the result is the number of rows changed.</summary>
    public int Execute(string sql, params IReadOnlyList<(string Name, object Value)> values)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value);
        return command.ExecuteNonQuery();
    }

    /// <summary>The first value that SQL answers.</summary>
    public T Read<T>(string sql, params IReadOnlyList<(string Name, object Value)> values)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value);
        return (T)command.ExecuteScalar()!;
    }

    public Task<Ended> VerifyAsync(params string[] more)
        => Child.RunAsync(GateBinary.Path, ["ledger", "verify", "--home", HomePath, .. more]);

    public void Dispose() => Directory.Delete(HomePath, recursive: true);

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = LedgerFile, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
