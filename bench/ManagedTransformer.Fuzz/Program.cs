using ManagedTransformer;
using ManagedTransformer.Fuzz;

AflEntry.Prepare();
try
{
    return FuzzProgram.Run(args);
}
catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(e.Message);
    return FuzzProgram.Failed;
}
