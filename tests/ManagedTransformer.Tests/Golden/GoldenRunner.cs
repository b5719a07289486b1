namespace ManagedTransformer.Tests.Golden;

/// <summary>Computes one golden case on the current device.</summary>
internal static class GoldenRunner
{
    /// <summary>What stands before the reason of a case that is skipped.</summary>
    public const string Skipped = "skipped: ";

    /// <summary>Runs a case.</summary>
    /// <returns>What went wrong, empty if nothing did, or why it was skipped, behind <see cref="Skipped"/>.</returns>
    public static string Run(string path)
    {
        if (!File.Exists(path))
        {
            return $"{GoldenFiles.FolderVariable} names '{path}', which does not exist or holds no case.";
        }

        GoldenCase test = new(path);
        int dot = test.System.IndexOf('.', StringComparison.Ordinal);
        string prefix = dot < 0 ? test.System : test.System[..dot], name = test.System[(dot + 1)..];
        GoldenFamily? family = GoldenFamily.All.FirstOrDefault(family => family.Prefix == prefix);
        if (family is null)
        {
            return $"{Skipped}No implemented architecture owns the system '{test.System}'.";
        }

        if (family.Later.Contains(name))
        {
            return $"{Skipped}The system '{test.System}' is not implemented yet.";
        }

        if (family.LaterCases?.Invoke(test) is { } reason)
        {
            return Skipped + reason;
        }

        if (family.Systems.FirstOrDefault(system => system.Name == name) is not { } system)
        {
            return $"{path}: the system '{test.System}' is unknown.";
        }

        GoldenCheck check = new(test, family.Tolerance(test), family.Allowance);
        system.Run(test, check);
        string report = check.Report();
        return report.Length == 0 ? "" : $"{path} ({test.System}):\n{report}";
    }
}
