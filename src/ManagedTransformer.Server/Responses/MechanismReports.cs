using System.Text.Json;
using ManagedTransformer.Modules.Reports;
using ManagedTransformer.Server.Models;

namespace ManagedTransformer.Server.Responses;

/// <summary>What the mechanisms of a model know, such as spans of heads and the use of memories, as JSON.</summary>
internal static class MechanismReports
{
    /// <summary>Writes the reports of a model.</summary>
    public static void Write(Utf8JsonWriter json, ServedModel model)
    {
        json.WriteStartObject();
        json.WriteString("model", model.Name);
        json.WriteStartArray("reports");
        foreach (MechanismReport report in model.Reports)
        {
            Write(json, report);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, MechanismReport report)
    {
        json.WriteStartObject();
        json.WriteStartArray("sentences");
        foreach (string sentence in report.Sentences)
        {
            json.WriteStringValue(sentence);
        }

        json.WriteEndArray();
        if (report.Table is { } table)
        {
            Write(json, table);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ReportTable table)
    {
        json.WriteStartArray("columns");
        foreach (ReportColumn column in table.Columns)
        {
            json.WriteStartObject();
            json.WriteString("name", column.Name);
            json.WriteBoolean("is_number", column.IsNumber);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("rows");
        foreach (IReadOnlyList<ReportCell> row in table.Rows)
        {
            json.WriteStartArray();
            foreach (ReportCell cell in row)
            {
                json.WriteStartObject();
                json.WriteString("text", cell.Text);
                if (cell.Share is { } share)
                {
                    json.WriteNumber("share", share);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }
}
