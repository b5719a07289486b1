using System.Diagnostics;
using ManagedTransformer.Tensors;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace ManagedTransformer.Extensions.AI.Tests;

/// <summary>A model folder in a program of services, agents and telemetry.</summary>
public sealed class ServicesTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "tiny");

    public ServicesTests() => TinyModel.Create().Save(_folder);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Fact]
    public async Task AFolderIsAServiceOfEachKind()
    {
        using ServiceProvider provider = new ServiceCollection().AddManagedTransformer(_folder).BuildServiceProvider();
        IChatClient client = provider.GetRequiredService<IChatClient>();
        LanguageModel model = provider.GetRequiredService<LanguageModel>();
        Assert.Same(model, client.GetService<LanguageModel>());
        Assert.Equal("tiny", client.GetService<ChatClientMetadata>()!.DefaultModelId);
        ChatOptions options = new() { Seed = 3, MaxOutputTokens = 15 };
        Assert.Equal(
            string.Concat(model.Generate("Once ", new() { Seed = 3, MaxTokens = 15 })),
            (await client.GetResponseAsync("Once ", options, Cancellation)).Text);
        Assert.Equal(
            model.Embed("Once ").Vector,
            (await provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>()
                .GenerateVectorAsync("Once ", cancellationToken: Cancellation)).ToArray());
    }

    [Fact]
    public void AMissingFolderIsReportedWhenTheModelIsAskedFor()
    {
        using ServiceProvider provider = new ServiceCollection().AddManagedTransformer(_folder + "-gone").BuildServiceProvider();
        Assert.Contains(
            "tiny-gone", Assert.Throws<InputException>(provider.GetRequiredService<IChatClient>).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenTelemetrySeesModelTokensAndFinish()
    {
        const string source = nameof(OpenTelemetrySeesModelTokensAndFinish);
        List<Activity> seen = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = listened => listened.Name == source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = seen.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using IChatClient client = LanguageModel.Load(_folder).AsIChatClient().AsBuilder().UseOpenTelemetry(sourceName: source).Build();
        await client.GetResponseAsync("Once ", new ChatOptions { MaxOutputTokens = 6 }, Cancellation);
        Activity activity = Assert.Single(seen);
        Assert.Equal("tiny", activity.GetTagItem("gen_ai.response.model"));
        Assert.Equal("ManagedTransformer", activity.GetTagItem("gen_ai.provider.name"));
        Assert.Equal((5L, 6L), (Number("gen_ai.usage.input_tokens"), Number("gen_ai.usage.output_tokens")));

        long Number(string tag) => Convert.ToInt64(activity.GetTagItem(tag), System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void MistakesAreNamedBeforeAModelIsLoaded()
    {
        ServiceCollection services = new();
        Assert.Equal("folder", Assert.Throws<ArgumentNullException>(() => services.AddManagedTransformer(null!)).ParamName);
        Assert.Equal("weights",
            Assert.Throws<ArgumentOutOfRangeException>(() => services.AddManagedTransformer("x", weights: (DType)77)).ParamName);
        Assert.Equal("LanguageModelClientOptions.Generation",
            Assert.Throws<ArgumentNullException>(() => services.AddManagedTransformer("x", new() { Generation = null! })).ParamName);
        Assert.Empty(services);
    }

    [Fact]
    public async Task AnAgentSpeaksThroughIt()
    {
        LanguageModel model = LanguageModel.Load(_folder);
        AIAgent agent = model.AsIChatClient().AsAIAgent(instructions: "once upon", name: "teller");
        ChatClientAgentRunOptions run = new(new ChatOptions { Seed = 7, MaxOutputTokens = 12 });
        AgentSession session = await agent.CreateSessionAsync(Cancellation);
        string first = (await agent.RunAsync("a time", session, run, Cancellation)).Text;
        Assert.Equal(Text("once upon\na time"), first);
        Assert.Equal(Text($"once upon\na time\n{first}\nthere was"), (await agent.RunAsync("there was", session, run, Cancellation)).Text);

        string Text(string prompt) => string.Concat(model.Generate(prompt, new() { Seed = 7, MaxTokens = 12 }));
    }
}
