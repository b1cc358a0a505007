{{- define "penstock.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "penstock.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "penstock.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "penstock.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels that select: they never change. For one service: (dict "root" $ "component" "api"). */}}
{{- define "penstock.selector" -}}
app.kubernetes.io/name: {{ include "penstock.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{- define "penstock.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{ include "penstock.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{- define "penstock.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "penstock.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* The image of one service: (dict "root" $ "image" .Values.api.image). */}}
{{- define "penstock.image" -}}
{{- $tag := .image.tag | default .root.Values.image.tag | default .root.Chart.AppVersion -}}
{{- printf "%s%s:%s" (ternary (printf "%s/" .root.Values.image.registry) "" (ne .root.Values.image.registry "")) .image.repository $tag -}}
{{- end -}}

{{/* The secret with the server's address. */}}
{{- define "penstock.redisSecret" -}}
{{- if .Values.redis.existingSecret.name -}}
{{- .Values.redis.existingSecret.name -}}
{{- else if or .Values.redis.url .Values.valkey.enabled -}}
{{- printf "%s-redis" (include "penstock.fullname" .) -}}
{{- else -}}
{{- fail "Where is the Valkey or Redis server? Set redis.existingSecret.name (a Secret with its address), redis.url, or valkey.enabled=true to try Penstock with a server of its own." -}}
{{- end -}}
{{- end -}}

{{/* Seconds until a pod is killed. A worker lets attempts finish, ends the rest, and reports what became of them for as
long as a lease; five seconds on top are for the process itself. */}}
{{- define "penstock.workerGraceSeconds" -}}
{{- $config := .Values.config -}}
{{- add (ceil (float64 $config.drainGraceSeconds)) (ceil (float64 $config.killGraceSeconds)) (ceil (float64 $config.workerLeaseSeconds)) 5 -}}
{{- end -}}

{{/* Attempts per worker when they are scaled by demand. */}}
{{- define "penstock.tasksPerWorker" -}}
{{- .Values.autoscaling.tasksPerWorker | default .Values.worker.slots | int64 -}}
{{- end -}}

{{/* The address of the API inside the cluster. */}}
{{- define "penstock.apiUrl" -}}
{{- printf "http://%s-api.%s.svc:%d" (include "penstock.fullname" .) .Release.Namespace (int .Values.api.service.port) -}}
{{- end -}}
