namespace Gatehouse.Core.Estate;

/// <summary>Keys of the <c>trigger:</c> of a job; exactly one of them stands there.</summary>
internal static class TriggerKeys
{
    public static readonly Setting<CronSchedule> Cron = new("cron", Shapes.Cron,
        "A schedule in the time zone of the estate.");

    public static readonly Setting<string> Webhook = new("webhook", Shapes.Text("a name, or `true`"),
        "A web request from elsewhere starts it.");

    public static readonly Setting<string> Event = new("event", Shapes.Text("a name, or `true`"),
        "An event inside the house starts it.");

    public static readonly Setting<bool> Prompt = new("prompt", Shapes.OnlyTrue,
        "A person who asks something starts it.");

    public static readonly Setting<bool> Manual = new("manual", Shapes.OnlyTrue, "A person starts it by hand.");

    public static readonly Setting<bool> Always = new("always", Shapes.OnlyTrue, "It never stops.");

    public static readonly SectionShape Section = new("a trigger", Cron, Webhook, Event, Prompt, Manual, Always)
    {
        ExactlyOne = [Cron, Webhook, Event, Prompt, Manual, Always],
        Short = new SectionShape.ShortForm("one of `webhook`, `event`, `prompt`, `manual`, `always`",
            ["webhook", "event", "prompt", "manual", "always"], null),
    };
}
