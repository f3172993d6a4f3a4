namespace Gatehouse.Core.Discovery.Crontabs;

/// <summary>Which of cron's formats a file has.</summary>
public enum CrontabKind
{
    /// <summary><c>/etc/crontab</c> and the files of <c>/etc/cron.d</c>: the sixth word is the user.</summary>
    System,

    /// <summary>A user's own table: everything behind the schedule is the command.</summary>
    User,
}
