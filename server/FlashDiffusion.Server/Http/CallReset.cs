using Microsoft.AspNetCore.Http.Features;

namespace FlashDiffusion.Server.Http;

/// <summary>The end of a call whose client takes nothing, to which no status can be sent.</summary>
internal static class CallReset
{
    /// <summary>HTTP/2's CANCEL, which clients of gRPC report as CANCELLED; what the framework resets a call with is INTERNAL to them, as if the server were at fault.</summary>
    public const int Code = 8;

    /// <summary>Ends the call at once; over HTTP/1.1 with its connection.</summary>
    public static void LetGo(this HttpContext context)
    {
        if (context.Features.Get<IHttpResetFeature>() is { } stream)
        {
            stream.Reset(Code);
        }
        else
        {
            context.Abort();
        }
    }
}
