using System.Collections.Immutable;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Core.Estate;

/// <summary>Keys of an entry of <c>jobs:</c>, with its <c>stores:</c> and <c>can:</c>.</summary>
internal static class JobKeys
{
    /// <summary>Routes that the gate can pass without looking inside.</summary>
    public static readonly string[] OpaqueRoutes =
    [
        "audio/speech", "audio/transcriptions", "audio/translations",
        "images/generations", "images/edits", "images/variations",
    ];

    public static readonly Setting<string> What = new("what", Shapes.Text("what lies there, such as `intermediate`"),
        "What lies there.")
    { Required = true };

    public static readonly Setting<string> StorePath = new("path", Shapes.AbsolutePath,
        "Where it lies.")
    { Required = true };

    public static readonly Setting<TimeSpan> StoreKeep = new("keep",
        Shapes.Duration(TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650)), "How long it is kept.");

    public static readonly SectionShape Store = new("a store", What, StorePath, StoreKeep);

    public static readonly Setting<YesNo> AlterData = new("alter-data", Shapes.Answer,
        "Can it alter data?")
    { DefaultText = "unknown", Source = "a missing answer counts as yes" };

    public static readonly Setting<YesNo> SendExternally = new("send-externally", Shapes.Answer,
        "Can it send messages outside? May not contradict the sink.")
    { DefaultText = "unknown" };

    public static readonly Setting<YesNo> ReceiveFeedback = new("receive-feedback", Shapes.Answer,
        "Does it get feedback from outside?")
    { DefaultText = "unknown" };

    public static readonly Setting<YesNo> ChangeItself = new("change-itself", Shapes.Answer,
        "Can it change its own configuration, or retrain?")
    { DefaultText = "unknown" };

    public static readonly SectionShape CanSection = new("can",
        AlterData, SendExternally, ReceiveFeedback, ChangeItself);

    public static readonly Setting<string> Owner = new("owner", Shapes.Text("a person or group"),
        "Who answers for the job.")
    { Required = true };

    public static readonly Setting<ImmutableArray<string>> Models = new("models",
        new ListShape<string>(Shapes.ModelName, 1, 100), "The models that it may call, by their keys.");

    public static readonly Setting<string> Model = new("model", Shapes.ModelName, "Short for a list of one.");

    public static readonly Setting<SectionReader> Trigger = new("trigger", TriggerKeys.Section,
        "What starts it.")
    { DefaultText = "unknown, which counts as unattended" };

    public static readonly Setting<SectionReader> Source = new("source", SourceKeys.Section,
        "Where its input comes from.")
    { Required = true };

    public static readonly Setting<string> Sink = new("sink", Shapes.Key,
        "Where its output goes: a key of `sinks`, or `stdout` or `none`.")
    { Required = true };

    public static readonly Setting<ImmutableArray<SectionReader>> Stores = new("stores",
        new ListShape<SectionReader>(Store, 0, 50), "Where it keeps data of its own.")
    { Default = [] };

    public static readonly Setting<ImmutableArray<string>> Pipeline = new("pipeline",
        new ListShape<string>(Shapes.Text("the name of a service"), 0, 100),
        "The services that it chains, in order.")
    { Default = [] };

    public static readonly Setting<SectionReader> Can = new("can", CanSection, "What it can do; decides its risk.");

    public static readonly Setting<RunAs> RunAs = new("run-as", Shapes.User,
        "The system user that may fetch its tokens.")
    { DefaultText = "only the owner of the home and root" };

    /// <summary>One for each network of an app, with both address families: four such networks.</summary>
    private const int ListenMax = 8;

    public static readonly Setting<ImmutableArray<ListenAddress>> Listen = new("listen",
        new OneOrMoreShape<ListenAddress>(Shapes.Listen, ListenMax),
        "Addresses of its own. A call that arrives there without a token is this job's.")
    { Default = [] };

    /// <summary>Clients with a page each: a desktop app, a browser extension, a dashboard under three names.</summary>
    private const int OriginsMax = 20;

    public static readonly Setting<ImmutableArray<string>> Origins = new("origins",
        new OneOrMoreShape<string>(Shapes.Origin, OriginsMax),
        "Web pages, browser extensions and desktop apps that may call as this job, by their exact origins.")
    { Default = [], DefaultText = "none", Source = "as OLLAMA_ORIGINS of Ollama, without its defaults" };

    public static readonly Setting<bool> PassCredential = new("pass-credential", Shapes.Switch,
        "Whether the caller's own credential goes to the model instead of the gate's; needs `listen`.")
    { DefaultText = "false", Source = "for subscriptions that are bound to a person; the gate never stores it" };

    public static readonly Setting<string> Guard = new("guard", Shapes.Key,
        "What its prompts and answers are checked for: a key of `guards`.")
    { DefaultText = "none" };

    public static readonly Setting<JobMode> Mode = new("mode", Shapes.OneOf<JobMode>(),
        "What guards do: act, or only record what they would have done.")
    { Default = JobMode.Enforce, DefaultText = "enforce" };

    public static readonly Setting<bool> MayManageModels = new("may-manage-models", Shapes.Switch,
        "Whether it may pull, create, copy and delete models.")
    { DefaultText = "false" };

    public static readonly Setting<ImmutableArray<string>> Opaque = new("opaque",
        new ListShape<string>(Shapes.OneOf(OpaqueRoutes), 0, OpaqueRoutes.Length),
        "Routes that pass recorded but not inspected.")
    { Default = [] };

    public static readonly Setting<ImmutableArray<string>> ProviderTools = new("provider-tools",
        new ListShape<string>(Shapes.Key, 0, 100),
        $"What it may let its provider do, by the names that refusals use: "
            + $"{string.Join(", ", ProviderFeature.All.Select(feature => $"`{feature.Name}`"))}.")
    { Default = [], Source = "they reach the world without passing the gate" };

    public static readonly SectionShape Section = new("a job",
        Owner, Models, Model, Trigger, Source, Sink, Stores, Pipeline, Can, LimitKeys.LimitsOfJob,
        LimitKeys.BodyBytesMax, LimitKeys.Window, RunAs, Listen, Origins, PassCredential, Guard, Mode, MayManageModels,
        Opaque, ProviderTools)
    { ExactlyOne = [Models, Model] };
}
