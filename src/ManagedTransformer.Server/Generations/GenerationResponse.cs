using System.Text.Json;
using ManagedTransformer.Generation;
using ManagedTransformer.Server.Metrics;
using ManagedTransformer.Server.Responses;

namespace ManagedTransformer.Server.Generations;

/// <summary>Generates the texts of a request, and writes them as they come or when they are over.</summary>
/// <param name="context">The request.</param>
/// <param name="job">What it wants.</param>
/// <param name="measurements">Told how long it takes.</param>
internal sealed class GenerationResponse(HttpContext context, GenerationJob job, RequestMeasurements measurements)
{
    private readonly string _id = job.Format.Prefix + Guid.NewGuid().ToString("N");
    private readonly long _created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    private readonly TextChoice[] _choices = [.. job.Texts.Select((text, index) => new TextChoice(index, text))];

    /// <summary>Answers.</summary>
    /// <param name="cancellation">Ends it.</param>
    public async Task WriteAsync(CancellationToken cancellation)
    {
        measurements.PromptTokens = job.PromptTokens;
        using TextGroup group = new(job.Model.Batch, job.Texts, cancellation);
        try
        {
            await (job.IsStream ? StreamAsync(group, cancellation) : CollectAsync(group, cancellation));
        }
        finally
        {
            measurements.Tokens = _choices.Sum(choice => (long)choice.Tokens);
        }
    }

    private async Task CollectAsync(TextGroup group, CancellationToken cancellation)
    {
        await foreach ((int index, GenerationStep step) in group.StepsAsync(cancellation))
        {
            Take(_choices[index], step);
        }

        await JsonResponse.WriteAsync(context, json =>
        {
            WriteHead(json, job.Format.Kind);
            json.WriteStartArray("choices");
            foreach (TextChoice choice in _choices)
            {
                json.WriteStartObject();
                json.WriteNumber("index", choice.Index);
                job.Format.WriteWhole(json, choice);
                json.WriteString("finish_reason", choice.FinishReason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteUsage(json);
            json.WriteEndObject();
        }, cancellation);
    }

    private async Task StreamAsync(TextGroup group, CancellationToken cancellation)
    {
        using EventStream events = new(context);
        await events.BeginAsync(cancellation);
        await SendBeginningsAsync(events, cancellation);
        await foreach ((int index, GenerationStep step) in group.StepsAsync(cancellation))
        {
            TextChoice choice = _choices[index];
            if (step.Text.Length > 0 || step.Finish is not null || (job.TellsProbabilities && !step.IsEnd))
            {
                await SendPieceAsync(events, choice, step, cancellation);
            }

            Take(choice, step);
        }

        if (job.IncludesUsage)
        {
            await events.SendAsync(json =>
            {
                WriteHead(json, job.Format.PieceKind);
                json.WriteStartArray("choices");
                json.WriteEndArray();
                WriteUsage(json);
                json.WriteEndObject();
            }, cancellation);
        }

        await events.EndAsync(cancellation);
    }

    private async Task SendBeginningsAsync(EventStream events, CancellationToken cancellation)
    {
        foreach (TextChoice choice in job.Format.HasBeginning ? _choices : [])
        {
            await events.SendAsync(
                json => WriteChoice(json, choice, null, inside => job.Format.WriteBeginning(inside, choice)), cancellation);
        }
    }

    private Task SendPieceAsync(EventStream events, TextChoice choice, GenerationStep step, CancellationToken cancellation) =>
        events.SendAsync(
            json => WriteChoice(json, choice, TextChoice.NameOf(step.Finish), inside => job.Format.WritePiece(inside, choice, step)),
            cancellation);

    private void Take(TextChoice choice, GenerationStep step)
    {
        measurements.TellFirstToken();
        choice.Text.Append(step.Text);

        // A token that ended the text is no part of it.
        if (job.TellsProbabilities && !step.IsEnd)
        {
            choice.Steps.Add(step);
        }
    }

    private void WriteChoice(Utf8JsonWriter json, TextChoice choice, string? finish, Action<Utf8JsonWriter> write)
    {
        WriteHead(json, job.Format.PieceKind);
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", choice.Index);
        write(json);
        json.WriteString("finish_reason", finish);
        json.WriteEndObject();
        json.WriteEndArray();
        if (job.IncludesUsage)
        {
            json.WriteNull("usage");
        }

        json.WriteEndObject();
    }

    private void WriteHead(Utf8JsonWriter json, string kind)
    {
        json.WriteStartObject();
        json.WriteString("id", _id);
        json.WriteString("object", kind);
        json.WriteNumber("created", _created);
        json.WriteString("model", job.Model.Name);
    }

    private void WriteUsage(Utf8JsonWriter json)
    {
        long prompt = job.PromptTokens, tokens = _choices.Sum(choice => (long)choice.Tokens);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", prompt);
        json.WriteNumber("completion_tokens", tokens);
        json.WriteNumber("total_tokens", prompt + tokens);
        json.WriteEndObject();
    }
}
