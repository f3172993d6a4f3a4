using Gatehouse.Adoption;
using Gatehouse.Core.Adoption;

namespace Gatehouse.Cli;

/// <summary>What <c>gatehouse adopt</c> says to a person.</summary>
internal sealed class AdoptScreen(TextWriter output)
{
    private const int Width = 80;

    public void Show(AdoptionProposal proposal, bool everyStep)
    {
        var layout = proposal.Layout;
        if (proposal.Steps.Length == 0)
        {
            output.WriteLine("Nothing here can be adopted.");
            Notes(proposal.Notes);
            output.WriteLine("What runs on this host: gatehouse discover");
            return;
        }
        if (layout.Host is { } host) Places(host);
        else Places(layout);
        Notes(proposal.Notes);
        output.WriteLine();
        if (everyStep)
        {
            output.WriteLine($"The {proposal.Steps.Length} steps:");
            foreach (var step in proposal.Steps) output.WriteLine($"  {SafeText.OneLine(step.Says)}");
            output.WriteLine();
        }
        output.WriteLine("No setting of an app changes. Calls that are open are cut once. If one of the");
        output.WriteLine($"{proposal.Steps.Length} steps fails, all is undone. (--dry-run lists them.)");
    }

    public async Task<bool> AskAsync(string question, CancellationToken stop)
    {
        output.Write($"{question} [y/N] ");
        output.Flush();
        // Reading a terminal cannot be ended, so it is left to itself when the person stops it.
        var answer = await Task.Run(Console.In.ReadLine, CancellationToken.None).WaitAsync(stop);
        return answer?.Trim() is "y" or "Y" or "yes";
    }

    public void Say(string text) => output.WriteLine(text);

    public void Step(string text) => output.WriteLine($"  {SafeText.OneLine(text)}");

    public void Adopted(AdoptionLayout layout, TimeSpan took, string home)
    {
        var jobs = layout.Apps.Length + (layout.House?.Ports.Select(HousePlace.JobOf).Distinct().Count() ?? 0)
            + (layout.Host is null ? 0 : 1);
        output.WriteLine();
        output.WriteLine($"Adopted in {took.TotalSeconds:0.0} s: {jobs} job(s) on record, each tried from inside.");
        output.WriteLine($"  who calls what:  gatehouse ledger show --follow{HomeOption.Shown(home)}");
        output.WriteLine($"  the jobs:        gatehouse jobs{HomeOption.Shown(home)}");
        output.WriteLine("  back as it was:  gatehouse adopt --undo");
    }

    public void RolledBack(string why, IReadOnlyList<string> left)
    {
        output.WriteLine();
        output.WriteLine(left.Count == 0
            ? "Not adopted; everything is as it was before. What was in the way:"
            : "Not adopted, and not everything could be undone. What was in the way:");
        output.WriteLine(SafeText.Lines(why));
        if (left.Count > 0) output.WriteLine("Still to be undone; mend it, then run: gatehouse adopt --undo");
        foreach (var one in left) output.WriteLine($"  {SafeText.OneLine(one)}");
    }

    public void Undone(JournalFile journal, IReadOnlyList<string> left)
    {
        if (left.Count == 0)
        {
            output.WriteLine($"The adoption of {journal.Plan.At:yyyy-MM-dd HH:mm} UTC is undone.");
            output.WriteLine($"What the gate recorded stays in {journal.Plan.Home}.");
            return;
        }
        output.WriteLine("Not everything could be undone. Mend it, then run the command again:");
        foreach (var one in left) output.WriteLine($"  {SafeText.OneLine(one)}");
    }

    private void Places(AdoptionLayout layout)
    {
        output.WriteLine("Behind the gate, where only the gate reaches it:");
        foreach (var model in layout.Models)
            output.WriteLine($"  {model.Container.ShownName} (port {model.Port}), in the network {model.Network}");
        output.WriteLine();
        output.WriteLine("In front of it, each in a network of its own with the gate:");
        var width = layout.Apps.Select(static app => app.Job.Length).DefaultIfEmpty(0).Max();
        foreach (var app in layout.Apps)
        {
            var names = app.Models.Where(static model => model.Names.Length > 0)
                .Select(static model => $"{model.Names[0]}:{model.Port}");
            output.WriteLine($"  {app.Job.PadRight(width)}  goes on calling {string.Join(" and ", names)}");
        }
    }

    private void Places(HostModelPlace host)
    {
        output.WriteLine("Behind the gate, on another port of this host:");
        output.WriteLine($"  {host.Server.Unit} (now {host.Server.Address}, then {host.Address})");
        output.WriteLine();
        output.WriteLine("In front of it, the gate as a service of this host, where the model was:");
        foreach (var listen in host.Listens) output.WriteLine($"  {host.Job}  goes on calling {listen}");
    }

    private void Notes(IReadOnlyCollection<string> notes)
    {
        if (notes.Count == 0) return;
        output.WriteLine();
        output.WriteLine("To know:");
        foreach (var note in notes) Wrapped(SafeText.OneLine(note));
    }

    private void Wrapped(string text)
    {
        var line = "  -";
        foreach (var word in text.Split(' '))
        {
            if (line.Length + word.Length + 1 > Width)
            {
                output.WriteLine(line);
                line = "   ";
            }
            line += " " + word;
        }
        output.WriteLine(line);
    }
}
