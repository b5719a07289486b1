namespace ManagedTransformer.Cli.Views;

/// <summary>Bars of block characters, to an eighth of a character.</summary>
internal static class TextBar
{
    private const string Eighths = " ▏▎▍▌▋▊▉█";

    /// <summary>The width of a full bar, in characters.</summary>
    public const int Width = 40;

    /// <summary>A bar for a share of 0 .. 1; anything above 0 shows.</summary>
    public static string Of(double share)
    {
        if (!(share > 0))
        {
            return "";
        }

        int eighths = Math.Clamp((int)Math.Round(share * Width * 8), 1, Width * 8);
        string rest = eighths % 8 == 0 ? "" : Eighths[eighths % 8].ToString();
        return new string(Eighths[^1], eighths / 8) + rest;
    }
}
