using System.Net;

namespace Gatehouse.Core.Estate;

/// <summary>Addresses that are taken: one that two jobs share could identify neither.</summary>
internal sealed class JobListeners
{
    private static readonly string[] Owners = ["the gate", "control"];

    private readonly List<(string Who, ListenAddress Address)> _taken = [];

    public JobListeners(ListenAddress[] house)
    {
        foreach (var (who, address) in Owners.Zip(house))
            _taken.Add((who, address));
    }

    /// <summary>Takes the addresses of a job, or reports who has one.</summary>
    public void Claim(JobPlan job, SectionReader section)
    {
        for (var i = 0; i < job.Listen.Length; i++)
            Claim(job.Key, section, i, job.Listen[i]);
    }

    private void Claim(string job, SectionReader section, int index, ListenAddress address)
    {
        if (address is ListenAddress.Tcp { EndPoint.Address: var ip }
            && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)))
        {
            section.ErrorAt(JobKeys.Listen, index,
                $"`{address}` is every address of this machine, so calling it proves nothing",
                "one address of the job's own, such as `127.0.0.2:8420`");
            return;
        }
        foreach (var (who, taken) in _taken)
        {
            if (!taken.ConflictsWith(address))
                continue;
            section.ErrorAt(
                JobKeys.Listen, index, $"`{address}` is already taken by {who}", "an address of the job's own");
            return;
        }
        _taken.Add(($"job `{job}`", address));
    }
}
