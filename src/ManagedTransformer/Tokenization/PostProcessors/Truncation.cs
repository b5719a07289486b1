using System.Text.Json;
using ManagedTransformer.Tokenization.Components;

namespace ManagedTransformer.Tokenization.PostProcessors;

/// <summary>How texts that are too long are cut.</summary>
/// <param name="MostTokens">The most tokens, those that are added included.</param>
/// <param name="Strategy">LongestFirst, OnlyFirst or OnlySecond.</param>
/// <param name="KeepsEnd">Whether the end is kept and not the beginning.</param>
internal sealed record Truncation(int MostTokens, string Strategy, bool KeepsEnd)
{
    private const string LongestFirst = "LongestFirst", OnlyFirst = "OnlyFirst", OnlySecond = "OnlySecond";

    /// <summary>Reads the part <c>truncation</c>; null where there is none.</summary>
    /// <exception cref="InputException">It is malformed.</exception>
    public static Truncation? Read(JsonElement? json, string path)
    {
        if (json is not { } value)
        {
            return null;
        }

        Component component = new(value, "truncation", path);
        int most = component.RequireCount("max_length");
        component.Count("stride");
        return new(most, component.Choice("strategy", LongestFirst, LongestFirst, OnlyFirst, OnlySecond),
            component.Choice("direction", "Right", "Left", "Right") == "Left");
    }

    /// <summary>The numbers of tokens that are left of two texts.</summary>
    /// <param name="first">The number of the first.</param>
    /// <param name="second">The number of the second; null: there is none.</param>
    /// <param name="added">The number of tokens that are added.</param>
    /// <exception cref="InputException">Nothing would be left of the text to cut.</exception>
    public (int First, int Second) Cut(int first, int? second, int added)
    {
        int most = Math.Max(MostTokens - added, 0), other = second ?? 0;
        long over = (long)first + other - most;
        if (over <= 0)
        {
            return (first, other);
        }

        if (Strategy == LongestFirst)
        {
            if (second is null)
            {
                return (most, 0);
            }

            int less = Math.Min(first, other), more = Math.Max(less, most - less);
            if ((long)less + more > most)
            {
                (less, more) = (most / 2, most / 2 + most % 2);
            }

            return first <= other ? (less, more) : (more, less);
        }

        bool cutsFirst = Strategy == OnlyFirst;
        int length = cutsFirst ? first : other;
        if (length <= over)
        {
            throw new InputException($"The text cannot be cut to {MostTokens} tokens by {Strategy}: nothing would be left of it.");
        }

        return cutsFirst ? (first - (int)over, other) : (first, other - (int)over);
    }
}
