namespace ManagedTransformer.Files;

/// <summary>Says why a file or a folder could not be written.</summary>
internal static class WriteFailure
{
    /// <summary>The reason, without a full stop.</summary>
    /// <param name="e">The failure of the file system.</param>
    public static string Describe(Exception e) =>
        // Not found, though its folder is there, is what is to be made: file systems of the kernel, such as /proc, take nothing.
        e is FileNotFoundException ? "nothing can be made at that place" : e.Message.TrimEnd('.');
}
