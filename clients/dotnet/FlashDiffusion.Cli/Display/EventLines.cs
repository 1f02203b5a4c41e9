using System.Text.Json.Nodes;
using FlashDiffusion.Cli.Json;
using FlashDiffusion.Client;
using FlashDiffusion.V1;

namespace FlashDiffusion.Cli.Display;

/// <summary>Every event of a reconstruction as a line of JSON, as it happens.</summary>
internal sealed class EventLines(CliContext context) : IReconstructionWatcher
{
    public void Accepted(Accepted accepted) => Write("accepted", ContractJson.Of(accepted));

    public void Stepped(StepReport report, Progress progress) => Write("progress", ContractJson.Of(progress));

    // Where the plan is another, it follows as an event of its own.
    public void Resumed(ReconstructionResumed resumed) => Write("resumed", ContractJson.Of(resumed));

    public void Ended()
    {
        // The result says it.
    }

    public void Completed(Result result, string? output)
    {
        var value = ContractJson.Of(result);
        value["output"] = output;
        Write("result", value);
    }

    private void Write(string name, JsonObject value) => JsonOutput.WriteLine(context, new JsonObject { ["event"] = name, [name] = value });
}
