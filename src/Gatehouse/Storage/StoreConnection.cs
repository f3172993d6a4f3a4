using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Gatehouse.Linux;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gatehouse.Storage;

/// <summary>
/// Opens the database of a home: the right SQLite, the right settings, the right version of its tables.
/// </summary>
internal static class StoreConnection
{
    // SQLite 3.51.3 fixed a race that could damage a database in WAL mode (sqlite.org/wal.html).
    private const int SqliteVersionMin = 3_051_003;

    // How long a statement waits for a lock that another process holds, in milliseconds.
    private const int BusyMilliseconds = 2_000;

    private const string MigrationPrefix = "migrations/";

    private static readonly ConcurrentDictionary<int, List<(string Name, string? Sql)>> Schemas = new();

    static StoreConnection() => Batteries_V2.Init();

    /// <summary>
    /// Number of migrations that this binary knows; the database's <c>user_version</c> when up to date.
    /// </summary>
    public static int VersionMax { get; } = MigrationNames().Count;

    /// <summary>Opens for writing, creating and migrating as needed.</summary>
    /// <exception cref="SqliteFaultException">SQLite or the disk refused.</exception>
    /// <exception cref="HomeException">The home is newer than this binary.</exception>
    public static SqliteConnection OpenWriter(string path)
    {
        CreatePrivate(path);
        var connection = OpenConnection(path, SqliteOpenMode.ReadWriteCreate);
        try
        {
            if (raw.sqlite3_db_readonly(connection.Handle, "main") == 1)
            {
                throw new SqliteFaultException(
                    $"The disk with {path} is read-only.", raw.SQLITE_READONLY, LinuxFile.Erofs);
            }

            // The order matters: auto_vacuum only takes effect before the first table.
            Execute(connection, "PRAGMA auto_vacuum=INCREMENTAL");
            Execute(connection, "PRAGMA journal_mode=WAL");
            Execute(connection, "PRAGMA synchronous=FULL");
            Execute(connection, "PRAGMA secure_delete=ON");
            Execute(connection, "PRAGMA foreign_keys=ON");
            Execute(connection, "PRAGMA cache_size=-8192");
            // Checkpoints of the WAL are made by another thread, so that no append waits for them.
            Execute(connection, "PRAGMA wal_autocheckpoint=0");
            Migrate(connection, path, VersionMax);
            if (SchemaProblem(connection) is { } problem)
            {
                throw new HomeException(
                    $"The database {path} is not as Gatehouse made it: {problem}. Restore it from a backup.");
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens a second connection for checkpoints of the WAL.</summary>
    public static SqliteConnection OpenBeside(string path)
    {
        var connection = OpenConnection(path, SqliteOpenMode.ReadWrite);
        Execute(connection, "PRAGMA wal_autocheckpoint=0");
        Execute(connection, "PRAGMA synchronous=FULL");
        return connection;
    }

    /// <summary>Opens for reading.</summary>
    /// <exception cref="HomeException">There is no ledger, or it is newer than this binary.</exception>
    public static SqliteConnection OpenReader(string path)
    {
        if (!File.Exists(path))
            throw new HomeException($"There is no ledger at {path}. It is made by `gatehouse serve`.");
        // SQLite would take an empty file for a new database, and remove the WAL beside it.
        if (new FileInfo(path).Length == 0)
            throw new HomeException($"The ledger {path} is empty. Restore it from a backup, or see `ledger verify`.");
        try
        {
            return OpenChecked(path, path);
        }
        catch (HomeException e) when (e.InnerException is SqliteFaultException fault
            && (fault.Code & 0xff) == raw.SQLITE_CANTOPEN
            && (!File.Exists(path + "-wal") || new FileInfo(path + "-wal").Length == 0))
        {
            // On a read-only disk SQLite cannot make the files beside the database. Nobody writes there, so none are
            // needed.
            return OpenChecked(path, new Uri(path).AbsoluteUri + "?immutable=1");
        }
    }

    /// <summary>
    /// Opens for reading; the caller holds the home's lock. On a full disk, where the shared memory beside the database
    /// finds no room, it reads without it: nobody else has the file open then.
    /// </summary>
    /// <exception cref="HomeException">There is no ledger, it cannot be read, or it is newer than this
    /// binary.</exception>
    public static SqliteConnection OpenReaderOfHolder(string path)
    {
        try
        {
            return OpenReader(path);
        }
        catch (HomeException e) when (e.InnerException is SqliteFaultException fault
            && StoreFault.Classify(fault.Code, fault.Errno) is LedgerRefusal.DiskFull)
        {
            return OpenAlone(path);
        }
    }

    /// <summary>An empty database in memory with the tables of a version.</summary>
    public static SqliteConnection OpenInMemory(int version)
    {
        var connection = OpenConnection(":memory:", SqliteOpenMode.ReadWriteCreate);
        Migrate(connection, ":memory:", version);
        return connection;
    }

    /// <summary>True if the database has the tables that this binary knows, and no older ones.</summary>
    public static bool IsUpToDate(SqliteConnection connection) =>
        CheckVersion(connection, "The database") == VersionMax;

    /// <summary>
    /// A table, index, trigger or view that is not as the migrations make it; null if all are. A trigger could change
    /// or hide what is written.
    /// </summary>
    public static string? SchemaProblem(SqliteConnection connection)
    {
        var expected = Schemas.GetOrAdd(CheckVersion(connection, "The database"), static version =>
        {
            using var fresh = OpenInMemory(version);
            return SchemaOf(fresh);
        });
        var found = SchemaOf(connection);
        var name = found.Except(expected).Concat(expected.Except(found)).FirstOrDefault().Name;
        return name is null ? null : $"'{name}' was added, changed or removed";
    }

    private static List<(string Name, string? Sql)> SchemaOf(SqliteConnection connection)
    {
        using var select = new SqlStatement(
            connection, "SELECT type || ' ' || name || ' on ' || tbl_name, sql FROM sqlite_master ORDER BY 1");
        var schema = new List<(string, string?)>();
        while (select.Step())
            schema.Add((select.Text(0)!, select.Text(1)));
        return schema;
    }

    /// <summary>Runs SQL, turning a failure into one that keeps the operating system's error number.</summary>
    public static void Execute(SqliteConnection connection, string sql)
    {
        var code = raw.sqlite3_exec(connection.Handle, sql);
        if (code != raw.SQLITE_OK)
            throw Fault(connection, sql);
    }

    public static SqliteFaultException Fault(SqliteConnection connection, string doing)
    {
        var message = raw.sqlite3_errmsg(connection.Handle).utf8_to_string();
        return new SqliteFaultException(
            $"SQLite: {message} (in: {doing})",
            raw.sqlite3_extended_errcode(connection.Handle),
            SqliteNative.SystemErrno(connection.Handle!.DangerousGetHandle()));
    }

    private static SqliteConnection OpenConnection(string path, SqliteOpenMode mode)
    {
        if (raw.sqlite3_libversion_number() < SqliteVersionMin)
        {
            throw new HomeException(
                $"SQLite {raw.sqlite3_libversion().utf8_to_string()} is older than 3.51.3, which can damage a ledger. "
                + "Use the library that lies beside the binary.");
        }

        var settings = new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false };
        var connection = new SqliteConnection(settings.ToString());
        try
        {
            connection.Open();
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw new SqliteFaultException(
                $"Cannot open {path}: {e.Message}", e.SqliteExtendedErrorCode, ProbeErrno(path, mode));
        }

        raw.sqlite3_extended_result_codes(connection.Handle, 1);
        raw.sqlite3_busy_timeout(connection.Handle, BusyMilliseconds);
        return connection;
    }

    private static SqliteConnection OpenChecked(string path, string source)
    {
        SqliteConnection? connection = null;
        try
        {
            connection = OpenConnection(source, SqliteOpenMode.ReadOnly);
            CheckVersion(connection, path);
            return connection;
        }
        catch (SqliteFaultException e)
        {
            connection?.Dispose();
            throw new HomeException($"Cannot read the ledger {path}: {e.Message}", e);
        }
    }

    // With an exclusive lock taken first, SQLite keeps the WAL's index in its own memory (sqlite.org/wal.html, 8).
    private static SqliteConnection OpenAlone(string path)
    {
        SqliteConnection? connection = null;
        try
        {
            connection = OpenConnection(path, SqliteOpenMode.ReadWrite);
            Execute(connection, "PRAGMA locking_mode=EXCLUSIVE");
            // It only reads: what is in the WAL stays there for the writer.
            if (raw.sqlite3_db_config(
                connection.Handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _) != raw.SQLITE_OK)
            {
                throw Fault(connection, "no checkpoint on close");
            }
            CheckVersion(connection, path);
            return connection;
        }
        catch (SqliteFaultException e)
        {
            connection?.Dispose();
            throw new HomeException($"Cannot read the ledger {path}: {e.Message}", e);
        }
    }

    // SQLite would make the file readable for others; the files beside it follow its mode.
    private static void CreatePrivate(string path)
    {
        if (File.Exists(path))
            return;
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }

    // SQLite closes a handle that it could not open, and the reason with it; asking again tells.
    private static int ProbeErrno(string path, SqliteOpenMode mode)
    {
        try
        {
            var (how, access) = mode == SqliteOpenMode.ReadOnly
                ? (FileMode.Open, FileAccess.Read)
                : (FileMode.OpenOrCreate, FileAccess.ReadWrite);
            using var file = File.OpenHandle(path, how, access, FileShare.ReadWrite | FileShare.Delete);
            return 0;
        }
        catch (IOException e)
        {
            return LinuxFile.ErrnoOf(e);
        }
        catch (UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static void Migrate(SqliteConnection connection, string path, int upTo)
    {
        var version = CheckVersion(connection, path);
        foreach (var name in MigrationNames().Take(upTo).Skip(version))
        {
            version++;
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
            using var reader = new StreamReader(stream);
            var sql = reader.ReadToEnd();
            var number = version.ToString(CultureInfo.InvariantCulture);
            try
            {
                Execute(connection, $"BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version={number};\nCOMMIT");
            }
            catch (SqliteFaultException)
            {
                if (SqliteNative.GetAutocommit(connection.Handle!.DangerousGetHandle()) == 0)
                    Execute(connection, "ROLLBACK");
                throw;
            }
        }
    }

    private static int CheckVersion(SqliteConnection connection, string path)
    {
        using var statement = new SqlStatement(connection, "PRAGMA user_version");
        var version = statement.Number();
        if (version > VersionMax)
        {
            throw new HomeException(
                $"{path} was written by a newer Gatehouse (version {version}, this one knows {VersionMax}). "
                + "Use that one.");
        }

        return (int)version;
    }

    private static List<string> MigrationNames() =>
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(MigrationPrefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
}
