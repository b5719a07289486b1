using System.Text.Json;
using ManagedTransformer.Generation;
using ManagedTransformer.Server.Generations;
using ManagedTransformer.Server.Models;
using ManagedTransformer.Server.Requests;
using ManagedTransformer.Tokenization.Chat;

namespace ManagedTransformer.Server.Endpoints;

/// <summary><c>POST /v1/chat/completions</c>: writes the next message of a conversation.</summary>
/// <param name="models">The models.</param>
/// <param name="options">Limits.</param>
internal sealed class ChatCompletionsEndpoint(ServedModels models, ServerOptions options) : GenerationEndpoint(models, options)
{
    /// <inheritdoc/>
    public override string Path => "/v1/chat/completions";

    /// <inheritdoc/>
    protected override string Purpose => "write messages";

    private static int? Probabilities(RequestBody body)
    {
        bool areTold = body.Flag("logprobs") ?? false;
        return body.Integer("top_logprobs", 0, MostProbabilities) switch
        {
            { } count when areTold => (int)count,
            > 0 => throw RequestException.Invalid("top_logprobs", "applies with 'logprobs' only"),
            _ => areTold ? 0 : null,
        };
    }

    // What asks for text, as the model writes it anyway, asks for nothing.
    private static void RefuseWhatIsNotText(RequestBody body)
    {
        body.Refuse(
            "tools", "functions", "audio", "web_search_options", "prediction", "reasoning_effort", "moderation");
        if (body.Element("response_format") is { } format)
        {
            using RequestBody inner = RequestBody.Of(format, "response_format");
            if (inner.Text("type") is not "text")
            {
                throw RequestException.Unsupported("response_format", "must be of the type 'text'");
            }
        }

        foreach (string name in (string[])["tool_choice", "function_call"])
        {
            if (body.Element(name) is { } choice
                && (choice.ValueKind != JsonValueKind.String || RequestBody.TextOf(choice, name) is not ("none" or "auto")))
            {
                throw RequestException.Unsupported(name, "asks for tools, which this server does not call");
            }
        }

        if (body.Element("modalities") is { } modalities
            && (modalities.ValueKind != JsonValueKind.Array
                || modalities.EnumerateArray().Any(kind => RequestBody.TextOf(kind, "modalities") != "text")))
        {
            throw RequestException.Unsupported("modalities", "must be ['text']");
        }
    }

    /// <inheritdoc/>
    protected override GenerationJob Read(RequestBody body, ServedLanguageModel model)
    {
        if (model.Model.ChatTemplate is null)
        {
            throw new RequestException(
                StatusCodes.Status400BadRequest,
                "The model has no chat template, so it knows no messages; '/v1/completions' continues texts.", "model",
                "model_not_suitable");
        }

        List<ChatMessage> messages = ConversationReader.Read(body.Element("messages"));
        int? length = Length(body, "max_completion_tokens", "max_tokens");
        int copies = Copies(body);
        int? probabilities = Probabilities(body);
        RefuseWhatIsNotText(body);
        (bool isStream, bool includesUsage) = Streaming(body);
        GenerationOptions generation = GenerationParameters.Read(body, model.Model.Tokenizer.VocabularySize) with
        {
            LogProbabilities = probabilities,
        };
        body.RequireNothingElse(Ignored);
        return new GenerationJob(
            model, Texts(model, [model.Model.Generate(messages, generation)], copies, length), 1,
            new ChatCompletionFormat(model, probabilities is not null))
        {
            IsStream = isStream,
            IncludesUsage = includesUsage,
            TellsProbabilities = probabilities is not null,
        };
    }
}
