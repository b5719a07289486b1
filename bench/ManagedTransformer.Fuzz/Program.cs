using ManagedTransformer;
using ManagedTransformer.Fuzz;

AflEntry.Prepare();
try
{
    return FuzzProgram.Run(args);
}
catch (InputException e)
{
    Console.Error.WriteLine(e.Message);
    return FuzzProgram.Failed;
}
