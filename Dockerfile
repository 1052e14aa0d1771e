# Runs Parelha where untrusted programs cannot be isolated otherwise (macOS, Windows).
#
#   docker build -t parelha .
#   docker run --rm -it parelha doctor
#   docker run --rm -it -v parelha:/home/parelha parelha train quickstart
#
# The volume keeps runs and weights. Docker's own seccomp profile blocks user namespaces: the sandbox
# then holds level 2 (Landlock, system calls, limits), on kernels from 5.13 on. For level 3 as well, add
# `--security-opt seccomp=unconfined --security-opt apparmor=unconfined`.
FROM python:3.11-slim

# Volumes that are mounted on these folders belong to their owner.
RUN useradd --create-home parelha \
    && cd /home/parelha && install -d -o parelha -g parelha adapters runs .cache
COPY . /opt/parelha
# As in the Makefile: which torch, which build of it, and further arguments of pip.
ARG TORCH_SPEC=torch==2.13.0
ARG TORCH_BACKEND=cpu
ARG PIP_ARGS=
RUN cd /opt/parelha \
    && pip install --no-cache-dir $PIP_ARGS uv \
    && { UV_HTTP_RETRIES=1 uv pip install --system --no-cache -c constraints.txt --torch-backend "$TORCH_BACKEND" "$TORCH_SPEC" \
        || pip install --no-cache-dir $PIP_ARGS "$TORCH_SPEC"; } \
    && pip install --no-cache-dir $PIP_ARGS -c constraints.txt ".[solve,serve]"
USER parelha
WORKDIR /home/parelha
ENTRYPOINT ["parelha"]
CMD ["doctor"]
