using System.CommandLine;
using System.Net;
using ManagedTransformer.Cli;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Server.Models;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Server;

/// <summary>The command line of <c>mt-serve</c>.</summary>
internal static class ServeCommand
{
    /// <summary>The variable of the environment with a key.</summary>
    public const string KeyVariable = "MT_API_KEY";

    private const int MostSeconds = 86_400;

    /// <summary>The command.</summary>
    /// <param name="run">Serves, and returns the exit code.</param>
    public static RootCommand Create(Func<ServerOptions, Func<ServedModels>, bool, int> run)
    {
        ServerOptions usual = new();
        Argument<string[]> models = CommonOptions.RefuseOptions(new("MODEL")
        {
            Description = "Models: the output folder of a training run (its best checkpoint is taken), a checkpoint, a folder of Hugging "
                + "Face's format, or an adapter. Requests name a model by the name of its folder, or by NAME where NAME=FOLDER is given.",
            Arity = ArgumentArity.OneOrMore,
        });
        Option<IPAddress?> host = new("--host")
        {
            Description = "The address to listen at (default: 127.0.0.1, this machine alone). Any other needs a key.",
            HelpName = "ADDRESS",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (text == "localhost" || IPAddress.TryParse(text, out _))
                {
                    return text == "localhost" ? IPAddress.Loopback : IPAddress.Parse(text);
                }

                result.AddError($"--host needs an address such as 127.0.0.1, 0.0.0.0 or ::1, not '{text}'");
                return null;
            },
        };
        Option<int?> port = CommonOptions.Number("--port", $"The port (default: {usual.Port}); 0 for any that is free.", 0, 65_535);
        Option<string?> keys = new("--api-key-file")
        {
            Description = "A file with keys, one per line; requests need one of them, as 'Authorization: Bearer KEY'. "
                + $"{KeyVariable} in the environment is another way to give one.",
            HelpName = "FILE",
        };
        Option<int?> slots = CommonOptions.Positive(
            "--slots", $"Most texts of a model that are generated at the same time (default: {usual.Slots}).");
        Option<int?> queue = CommonOptions.Number(
            "--queue", $"Most texts of a model that wait for a slot (default: {usual.Queue}); further ones get 429.", 0, int.MaxValue);
        Option<int?> prompt = CommonOptions.Positive(
            "--max-prompt-tokens", $"Most tokens of a prompt (default: {usual.MaxPromptTokens}).");
        Option<int?> tokens = CommonOptions.Positive("--max-tokens", $"Most new tokens of a text (default: {usual.MaxTokens}).");
        Option<int?> texts = CommonOptions.Positive("--max-texts", $"Most texts that one request asks for (default: {usual.MaxTexts}).");
        Option<int?> bytes = CommonOptions.Positive(
            "--max-body-bytes", $"Most bytes of a request (default: {usual.MaxBodyBytes}); longer ones get 413.");
        Option<int?> deadline = Seconds(
            "--deadline", "Seconds that a request may take, waiting included", usual.Deadline, "; later it gets 504");
        Option<int?> header = Seconds("--header-time", "Seconds that a client may take for the head of a request", usual.HeaderTime);
        Option<int?> connections = CommonOptions.Positive(
            "--max-connections", $"Most connections at the same time (default: {usual.MaxConnections}).");
        Option<int?> drain = Seconds(
            "--drain", "Seconds that requests get to finish when the server is stopped by a signal", usual.Drain);
        Option<DType?> weights = CommonOptions.Weights();
        Option<int?> threads = CommonOptions.Threads();
        Option<string?> device = new("--device")
        {
            Description = "Where to compute: on the processor (default), on the best GPU found, or on a certain one.",
            HelpName = "cpu|gpu|cuda[:N]|opencl[:N]",
        };
        Option<bool> quiet = new("--quiet") { Description = "No line for every request." };
        RootCommand command = new(
            """
            Serves models over HTTP, as OpenAI's API has it: GET /v1/models, POST /v1/completions, /v1/chat/completions,
            /v1/embeddings and /translate, GET /health and /metrics. Requests for one model share its weights and its steps.

            Start with:
              mt-serve out/stories
              curl http://127.0.0.1:8080/v1/completions -H "Content-Type: application/json" -d '{"prompt": "Once upon a time "}'
            """)
        {
            models, host, port, keys, slots, queue, prompt, tokens, texts, bytes, deadline, header, connections, drain, weights, threads,
            device, quiet,
        };
        command.SetAction(result =>
        {
            CommonOptions.Apply(result.GetValue(threads));
            ServerOptions options = new()
            {
                Host = result.GetValue(host) ?? usual.Host,
                Port = result.GetValue(port) ?? usual.Port,
                ApiKeys = ApiKeys.Read(result.GetValue(keys), Environment.GetEnvironmentVariable(KeyVariable)),
                Slots = result.GetValue(slots) ?? usual.Slots,
                Queue = result.GetValue(queue) ?? usual.Queue,
                MaxPromptTokens = result.GetValue(prompt) ?? usual.MaxPromptTokens,
                MaxTokens = result.GetValue(tokens) ?? usual.MaxTokens,
                MaxTexts = result.GetValue(texts) ?? usual.MaxTexts,
                MaxBodyBytes = result.GetValue(bytes) ?? usual.MaxBodyBytes,
                Deadline = Time(result.GetValue(deadline), usual.Deadline),
                HeaderTime = Time(result.GetValue(header), usual.HeaderTime),
                MaxConnections = result.GetValue(connections) ?? usual.MaxConnections,
                Drain = Time(result.GetValue(drain), usual.Drain),
            };
            if (!IPAddress.IsLoopback(options.Host) && options.ApiKeys.Count == 0)
            {
                throw new UsageException(
                    $"--host {options.Host} lets other machines ask, so a key is needed: --api-key-file, or {KeyVariable} in the "
                    + "environment.");
            }

            (string Name, string Folder)[] named = ModelNames.Read(result.GetRequiredValue(models));
            string? where = result.GetValue(device);
            DType? type = result.GetValue(weights);
            return run(options, () => ModelLoading.Load(named, where, type, options), result.GetValue(quiet));
        });
        return command;
    }

    private static Option<int?> Seconds(string name, string description, TimeSpan usual, string more = "") =>
        CommonOptions.Number(name, $"{description} (default: {(int)usual.TotalSeconds}){more}.", 1, MostSeconds);

    private static TimeSpan Time(int? seconds, TimeSpan usual) => seconds is { } given ? TimeSpan.FromSeconds(given) : usual;
}
