using System.Text.Json;
using ManagedTransformer.Tokenization.Components;

namespace ManagedTransformer.Tokenization.PostProcessors;

/// <summary>How texts that are too short are filled up.</summary>
/// <param name="Length">The number of tokens to reach; 0: that of the text.</param>
/// <param name="Multiple">What the number must be a multiple of; 0: anything.</param>
/// <param name="IsLeft">Whether the filling stands before the text.</param>
/// <param name="Id">The id of the filling.</param>
/// <param name="TypeId">Its type.</param>
/// <param name="Token">Its text.</param>
internal sealed record Padding(int Length, int Multiple, bool IsLeft, int Id, int TypeId, string Token)
{
    private const int MostTokens = 1 << 20;

    /// <summary>Reads the part <c>padding</c>; null where there is none.</summary>
    /// <exception cref="InputException">It is malformed.</exception>
    public static Padding? Read(JsonElement? json, string path)
    {
        if (json is not { } value)
        {
            return null;
        }

        Component component = new(value, "padding", path);
        int length = 0;
        if (component.Require("strategy").ValueKind == JsonValueKind.Object)
        {
            length = (component with { Json = component.Require("strategy"), Name = "padding: strategy" }).RequireCount("Fixed");
        }
        else
        {
            component.Choice("strategy", null, "BatchLongest");
        }

        int multiple = component.Count("pad_to_multiple_of") ?? 0;
        return length <= MostTokens && multiple <= MostTokens
            ? new(length, multiple, component.Choice("direction", "Right", "Left", "Right") == "Left", component.RequireCount("pad_id"),
                component.Count("pad_type_id") ?? 0, component.Text("pad_token"))
            : throw component.Wrong("strategy", $"asks for more than {MostTokens:N0} tokens");
    }

    /// <summary>The number of tokens to add to a number of them.</summary>
    public int Missing(int count)
    {
        long length = Length == 0 ? count : Length;
        length = Multiple > 0 ? (length + Multiple - 1) / Multiple * Multiple : length;
        return (int)Math.Max(length - count, 0);
    }
}
