using System.Globalization;
using System.Text;
using System.Text.Json;
using ManagedTransformer.Cli.Families;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Evaluation;
using Spectre.Console;

namespace ManagedTransformer.Cli.Views;

/// <summary>The output of <c>mt score</c>.</summary>
internal static class TokenScores
{
    /// <summary>Prints the score of a text.</summary>
    public static void Write(Terminal terminal, TextScore score, TrainedModel model, bool json)
    {
        if (json)
        {
            JsonOutput.Write(terminal.Output, writer => Write(writer, score));
            return;
        }

        Table table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("Id").RightAligned()).AddColumn("Token")
            .AddColumn(new TableColumn("ln p").RightAligned()).AddColumn(new TableColumn("p").RightAligned());
        ModelFamily family = ModelFamily.Of(model);
        for (int i = 0; i < score.Ids.Count; i++)
        {
            float? value = i == 0 ? null : score.LogProbabilities[i - 1];
            table.AddRow(
                new Text(score.Ids[i].ToString(CultureInfo.InvariantCulture)), new Text(Visible(family.Token(model, score.Ids[i]))),
                new Text(value?.ToString("F4", CultureInfo.InvariantCulture) ?? ""),
                new Text(value is { } log ? Math.Exp(log).ToString("P2", CultureInfo.InvariantCulture) : ""));
        }

        terminal.Write(table);
        int scored = score.LogProbabilities.Count;
        string each = scored == 0 ? "" : $", {score.Sum / scored:F4} a token, perplexity {Math.Exp(-score.Sum / scored):G5}";
        terminal.Output.WriteLine($"{scored:N0} tokens scored: ln p = {score.Sum:F4} nats{each}");
    }

    private static void Write(Utf8JsonWriter writer, TextScore score)
    {
        writer.WriteStartArray("ids");
        foreach (int id in score.Ids)
        {
            writer.WriteNumberValue(id);
        }

        writer.WriteEndArray();
        Write(writer, "logprobs", score.LogProbabilities);
        writer.WritePropertyName("sum");
        Write(writer, score.Sum);
        if (score.Logits is { } rows)
        {
            writer.WriteStartArray("logits");
            foreach (float[] row in rows)
            {
                Write(writer, null, row);
            }

            writer.WriteEndArray();
        }
    }

    private static void Write(Utf8JsonWriter writer, string? name, IReadOnlyList<float> values)
    {
        if (name is null)
        {
            writer.WriteStartArray();
        }
        else
        {
            writer.WriteStartArray(name);
        }

        foreach (float value in values)
        {
            if (float.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    private static string Visible(string token)
    {
        StringBuilder text = new();
        foreach (Rune rune in token.EnumerateRunes())
        {
            text.Append(rune.Value switch
            {
                ' ' => "\u2423",
                '\n' => "\\n",
                '\t' => "\\t",
                _ when Rune.IsControl(rune) => $"\\u{rune.Value:x4}",
                _ => rune.ToString(),
            });
        }

        return text.ToString();
    }
}
