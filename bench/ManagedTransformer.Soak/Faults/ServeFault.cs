using ManagedTransformer.Soak.Jobs;
using ManagedTransformer.Soak.Processes;

namespace ManagedTransformer.Soak.Faults;

/// <summary>
/// A server under requests is stopped for a while, or its model is gone or replaced; then it is killed or asked to end. Every text is
/// that of a lone request, and a server that is asked to end finishes those that it writes.
/// </summary>
internal sealed class ServeFault() : Fault("serve")
{
    private const int Clients = 4, Seeds = 4;

    private static readonly TimeSpan _most = TimeSpan.FromSeconds(1);

    // By weights and seed; lone at first, so that every later text is that of a lone request, whichever server writes it.
    private readonly Dictionary<(string Weights, int Seed), string> _texts = [];

    /// <inheritdoc/>
    public override bool Fits(JobFolder job) => true;

    /// <inheritdoc/>
    public override void Strike(Scene scene) => StrikeAsync(scene).GetAwaiter().GetResult();

    private async Task StrikeAsync(Scene scene)
    {
        string weights = scene.Random.Next(2) == 0 ? "f32" : "bf16";
        using ToolProcess server = scene.Tools.Serve(SoakRun.Served, "--port", "0", "--quiet", "--weights", weights, "--threads", "1");
        Promise.Require(
            server.WaitUntil(() => server.Output.Contains('\n', StringComparison.Ordinal)), "A server ended before it began to serve.");
        using ServerClient client = new(new Uri(server.Output.Split('\n')[0].Split(" at ")[1]));
        for (int seed = 0; seed < Seeds && !_texts.ContainsKey((weights, seed)); seed++)
        {
            _texts[(weights, seed)] = await client.AskAsync(seed) ?? throw new BrokenPromiseException("A lone text was cut off.");
        }

        HttpResponseMessage[] begun = await BeginAsync(client);
        await DisturbAsync(scene, server, client, weights);
        await RequireTextsAsync(begun, weights);
        begun = await BeginAsync(client);
        bool isKilled = scene.Random.Next(3) == 0;
        server.Send(isKilled ? Signal.Kill : Signal.Terminate);
        if (isKilled)
        {
            await Task.WhenAll(begun.Select(ServerClient.ReadAsync));
        }
        else
        {
            await RequireTextsAsync(begun, weights);
        }

        server.End().Exits(128 + (int)(isKilled ? Signal.Kill : Signal.Terminate));
        scene.Tally.Add(isKilled ? "server: kills" : "server: ends with texts under way");
    }

    private async Task DisturbAsync(Scene scene, ToolProcess server, ServerClient client, string weights)
    {
        string model = Path.Combine(scene.Tools.Folder, SoakRun.Served), other = Path.Combine(scene.Tools.Folder, Job.Original);
        switch (scene.Random.Next(3))
        {
            case 0:
                server.Send(Signal.Stop);
                await Task.Delay(scene.Part(_most));
                server.Send(Signal.Continue);
                scene.Tally.Add("server: stops");
                break;
            case 1:
                Directory.Move(model, $"{model}.away");
                await RequireTextsAsync(await BeginAsync(client), weights);
                Directory.Move($"{model}.away", model);
                scene.Tally.Add("server: vanished models");
                break;
            default:
                Directory.Move(model, $"{model}.away");
                Directory.Move(other, model);
                await RequireTextsAsync(await BeginAsync(client), weights);
                Directory.Move(model, other);
                Directory.Move($"{model}.away", model);
                scene.Tally.Add("server: replaced models");
                break;
        }
    }

    private static Task<HttpResponseMessage[]> BeginAsync(ServerClient client) =>
        Task.WhenAll(Enumerable.Range(0, Clients).Select(seed => client.BeginAsync(seed % Seeds)));

    private async Task RequireTextsAsync(HttpResponseMessage[] begun, string weights)
    {
        string?[] texts = await Task.WhenAll(begun.Select(ServerClient.ReadAsync));
        for (int i = 0; i < texts.Length; i++)
        {
            Promise.Require(texts[i] is not null, "A text of the server was cut off.");
            Promise.Require(texts[i] == _texts[(weights, i % Seeds)], "A text of the server is not that of a lone request.");
        }
    }
}
