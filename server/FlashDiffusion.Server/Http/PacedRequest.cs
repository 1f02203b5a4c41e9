using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace FlashDiffusion.Server.Http;

/// <summary>A request whose body is read by <see cref="PacedMessages"/>.</summary>
internal sealed class PacedRequest(PacedMessages body) : IRequestBodyPipeFeature
{
    public PipeReader Reader => body;
}
