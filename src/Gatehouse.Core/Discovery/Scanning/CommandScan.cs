using Gatehouse.Core.Syntax;

namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>Tells from the programs that a command line starts what it is and what it may do.</summary>
internal static class CommandScan
{
    private const int DepthMax = 3; // Shells within shells, as `sh -c "bash -c '…'"`.

    // Programs that start the one named behind them.
    private static readonly HashSet<string> Wrappers = new(StringComparer.Ordinal)
    {
        "env", "nohup", "nice", "ionice", "time", "exec", "command", "chronic", "setsid", "stdbuf", "unbuffer", "then",
        "do", "else", "if", "while", "until", "!", "{", "uvx", "npx", "pipx", "bunx", "uv", "run", "xargs", "parallel",
        "timeout", "flock", "systemd-run", "systemd-inhibit", "systemd-cat", "sudo", "doas", "gosu", "su-exec", "eval",
        "firejail", "dotenv", "op", "sops", "exec-env", "tini", "dumb-init", "cronic", "choom", "taskset", "setpriv",
        "runuser",
    };

    // Those of them that fetch it from a registry first.
    private static readonly string[] Fetchers = ["npx", "bunx", "uvx", "pipx"];

    private static readonly HashSet<string> Shells =
        new(StringComparer.Ordinal) { "sh", "bash", "dash", "zsh", "ash", "ksh", "fish", "su" };

    // Programs and words of the shell that ask no model anything.
    private static readonly HashSet<string> Quiet = new(StringComparer.Ordinal)
    {
        "echo", "printf", "sleep", "true", "false", "set", "export", "source", ".", "[", "[[", "test", "for", "in",
        "case", "esac", "done", "fi", "break", "continue", "exit", "return", "wait", "trap", "kill", "cd", "pwd", "ls",
        "mkdir", "touch", "cat", "head", "tail", "grep", "egrep", "awk", "sed", "cut", "sort", "uniq", "tr", "wc",
        "tee", "jq", "date", "logger", "read", "local", "shift", "let", "}", "(", ")", " ", "$", "$@", "basename",
        "dirname", "hostname", "id", "whoami", "nvidia-smi", "rocm-smi", "find", "cp", "mv", "ln", "tar", "gzip",
        "rsync", "restic", "df", "du", "free", "uptime", "ps", "pgrep", "pkill", "killall", "journalctl", "function",
        "declare", "readonly", "unset", "umask", "column", "yes", "seq", "mktemp", "rm", "git", "ping",
    };

    /// <summary>The commands of a line of shell.</summary>
    public static void Add(EvidenceBag bag, string where, string line) => Add(bag, where, line, new ShellVariables());

    /// <summary>The commands of a line of a script, whose program may stand in a variable of that script.</summary>
    public static void Add(EvidenceBag bag, string where, string line, ShellVariables variables)
        => Add(bag, where, line, variables, 0);

    private static void Add(EvidenceBag bag, string where, string line, ShellVariables variables, int depth)
    {
        if (depth > DepthMax)
            return;
        foreach (var words in ShellWords.Commands(line))
        {
            variables.Take(words);
            AddCommand(bag, where, variables.Placed([.. words.Select(word => Named(word, variables))]), depth);
        }
    }

    /// <summary>The program that a variable holds; any other word as it is written.</summary>
    private static string Named(string word, ShellVariables variables)
        => word.StartsWith('$') && variables.ExpandKnown(word) is var said
            && (Programs.IsKnown(NameOf(said)) || Packages.IsAnyInterpreter(NameOf(said))) ? said : word;

    /// <summary>One command, already in words.</summary>
    public static void AddCommand(EvidenceBag bag, string where, string[] words) => AddCommand(bag, where, words, 0);

    private static void AddCommand(EvidenceBag bag, string where, string[] words, int depth)
    {
        if (words.Length != 0 && NameOf(words[0]) == "bwrap" && Array.IndexOf(words, "--") is > 0 and var inside)
            words = words[(inside + 1)..];
        var at = 0;
        while (at < words.Length)
        {
            var name = NameOf(words[at]);
            if (name is "sudo" or "doas")
                bag.Add(EvidenceKind.Power, where, name);
            // What only asks where a program lies starts none.
            if (ShellVariables.LookedUp(words[at..]) is not null)
                return;
            if (!IsPassedOver(words, at, name))
                break;
            at++;
        }
        if (at >= words.Length)
        {
            // A program of one's own may be called as a wrapper is, as `/opt/app/run`.
            bag.SawOther |= words is [.., var last] && last.Contains('/', StringComparison.Ordinal)
                && !IsAssignment(last);
            return;
        }
        var program = Unversioned(words[..at], NameOf(words[at]));
        var arguments = words[(at + 1)..];
        if (program is "curl" or "wget" or "nc" || program.StartsWith('-'))
            bag.SawUpkeep |= arguments.Prepend(program).Any(IsProbe);
        else if (program == "n8n" && arguments.Any(IsTransfer))
            bag.SawUpkeep = true;
        else if (!Quiet.Contains(program) && !Shells.Contains(program) && !Programs.IsQuiet(program))
            bag.SawOther = true;
        if (Shells.Contains(program))
            AddShell(bag, where, arguments, depth);
        else
            Programs.Add(bag, where, program, arguments);
    }

    /// <summary>Assignments, wrappers, and the options and first values of wrappers.</summary>
    private static bool IsPassedOver(string[] words, int at, string name)
    {
        if (Wrappers.Contains(name) || IsAssignment(words[at]))
            return true;
        if (at == 0)
            return false;
        var before = NameOf(words[at - 1]);
        return words[at].StartsWith('-') || char.IsAsciiDigit(words[at].FirstOrDefault())
            || (words[at - 1] is "-u" or "-g" or "-n" or "-c" && !Shells.Contains(name) && !Programs.IsKnown(name))
            || (before is "flock" && words[at].StartsWith('/')) || (before is "gosu" or "su-exec")
            || (before is "timeout" && words[at].StartsWith('$'));
    }

    private static void AddShell(EvidenceBag bag, string where, string[] arguments, int depth)
    {
        for (var at = 0; at + 1 < arguments.Length; at++)
        {
            if (arguments[at].StartsWith('-') && !arguments[at].StartsWith("--", StringComparison.Ordinal)
                && arguments[at].Contains('c', StringComparison.Ordinal))
            {
                Add(bag, where, arguments[at + 1], new ShellVariables(), depth + 1);
                return;
            }
        }
        if (arguments.Length == 0)
            bag.Add(EvidenceKind.Power, where, "runs text as commands of the shell");
    }

    /// <summary>The root of a model server, which answers that it is there.</summary>
    private static bool IsProbe(string argument) => argument.Contains("://", StringComparison.Ordinal)
        && ParsedUrl.TryParse(argument) is { Path: "" or "/" } url && HostedApis.IsModel(url);

    // n8n's own verbs that copy workflows and credentials and run none.
    private static bool IsTransfer(string argument) => argument.StartsWith("import:", StringComparison.Ordinal)
        || argument.StartsWith("export:", StringComparison.Ordinal);

    private static bool IsAssignment(string word)
    {
        var cut = word.IndexOf('=', StringComparison.Ordinal);
        return cut > 0 && word.AsSpan(0, cut).IndexOfAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
            + "0123456789_") < 0;
    }

    /// <summary>The name without the version that is asked of a registry, as in <c>npx openclaw@latest</c>.</summary>
    private static string Unversioned(string[] before, string name)
        => name.IndexOf('@', StringComparison.Ordinal) is > 0 and var cut && before.Any(Fetchers.Contains)
            ? name[..cut] : name;

    private static string NameOf(string word) => word.Length == 0 ? " " : word[(word.LastIndexOf('/') + 1)..];
}
